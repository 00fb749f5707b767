use std::time::Duration;

use keyway_core::{Kind, Role};

use super::world::{GOOD, OTHER, World, browser, secret};
use keyway_app::people::{SignUp, Signup};

#[tokio::test]
async fn who_has_no_account_learns_no_more_than_who_has_a_wrong_password() {
    let (world, _) = World::start().await;
    world.joined("grace@example.com", Role::Member).await;
    let disabled = world.joined("off@example.com", Role::Member).await;
    let off = disabled.visitor.user.id;
    world
        .people()
        .disable_user(&world.local(), &off)
        .await
        .unwrap();
    let mut seen = Vec::new();
    let cases = [
        ("grace@example.com", OTHER),
        ("nobody@example.com", OTHER),
        ("off@example.com", GOOD),
        ("no address at all", OTHER),
        ("", ""),
    ];
    for (nth, (email, password)) in cases.into_iter().enumerate() {
        let before = world.people().password_checks();
        let from = browser(10 + u8::try_from(nth).unwrap());
        let error = world.sign_in_from(email, password, from).await.unwrap_err();
        let checked = world.people().password_checks() - before;
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Unauthenticated, "invalid_credentials")
        );
        seen.push((error.to_json().to_string(), checked));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    assert_eq!(seen[0].1, 1, "one password is checked, whoever it is");
    assert!(!seen[0].0.contains("grace"), "nothing is repeated");
    world.stop().await;
}

#[tokio::test]
async fn a_stranger_cannot_keep_someone_out_who_has_signed_in_before() {
    let (world, first) = World::start().await;
    // Forty attempts from as many addresses, all at one account.
    let mut refused = None;
    for from in 100..140 {
        let tried = world
            .sign_in_from("ada@example.com", OTHER, browser(from))
            .await;
        refused = Some(tried.unwrap_err());
    }
    let refused = refused.unwrap();
    assert_eq!(
        (refused.kind(), refused.code()),
        (Kind::RateLimited, "too_many_attempts")
    );
    assert!(refused.retry_after().is_some());
    // Somewhere unknown even the right password has to wait.
    let unknown = world
        .sign_in_from("ada@example.com", GOOD, browser(99))
        .await;
    assert_eq!(unknown.unwrap_err().code(), "too_many_attempts");
    // The address of the first sign-in, and the device anywhere, do not.
    world.sign_in("ada@example.com", GOOD).await.unwrap();
    let mut elsewhere = browser(98);
    elsewhere.device = first.device;
    world
        .sign_in_from("ada@example.com", GOOD, elsewhere.clone())
        .await
        .unwrap();
    // A device that is known for one person is unknown for another.
    world.joined("grace@example.com", Role::Member).await;
    for from in 200..240 {
        let _ = world
            .sign_in_from("grace@example.com", OTHER, browser(from))
            .await;
    }
    elsewhere.address = [192, 0, 2, 97].into();
    let tried = world
        .sign_in_from("grace@example.com", GOOD, elsewhere)
        .await;
    assert_eq!(tried.unwrap_err().code(), "too_many_attempts");
    // Whoever waits comes in.
    world.process.clock.advance(Duration::from_mins(2));
    world
        .sign_in_from("ada@example.com", GOOD, browser(99))
        .await
        .unwrap();
    world.stop().await;
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_has_to_wait() {
    let (world, _) = World::start().await;
    let mut codes = Vec::new();
    for nth in 0..25 {
        let email = format!("user{nth}@example.com");
        let tried = world.sign_in_from(&email, OTHER, browser(50)).await;
        codes.push(tried.unwrap_err().code().to_owned());
    }
    assert_eq!(
        codes
            .iter()
            .filter(|code| *code == "too_many_attempts")
            .count(),
        5
    );
    world.stop().await;
}

#[tokio::test]
async fn a_password_is_hashed_anew_when_hashing_costs_more() {
    let (world, owner) = World::start().await;
    let user = owner.visitor.user.id.clone();
    let hash = async |store: &keyway_store::Store| {
        let person = store.person(&user).await.unwrap().unwrap();
        person.password_hash.unwrap().expose().clone()
    };
    let old = hash(&world.process.store).await;
    assert!(old.contains("m=64,"));
    let settings = keyway_app::SignInSettings {
        hash: keyway_app::people::HashCost {
            memory_kib: 128,
            passes: 1,
        },
        ..keyway_app::SignInSettings::default()
    };
    let dearer = keyway_app::People::new(keyway_app::PeopleParts {
        store: world.process.store.clone(),
        clock: world.process.clock.clone(),
        random: crate::support::random(),
        settings,
    });
    let sign_in = keyway_app::people::SignIn {
        email: "ADA@example.com ".to_owned(),
        password: secret(GOOD),
        browser: browser(1),
    };
    dearer.sign_in(sign_in).await.unwrap();
    let new = hash(&world.process.store).await;
    assert!(new.contains("m=128,"), "{new}");
    world.sign_in("ada@example.com", GOOD).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn nobody_signs_up_unless_it_is_open_to_all() {
    let sign_up = |email: &str| SignUp {
        name: "Grace".to_owned(),
        email: email.to_owned(),
        password: secret(GOOD),
        browser: browser(5),
    };
    for policy in [
        Signup::Closed,
        Signup::Invited,
        Signup::Domains(vec!["example.com".to_owned()]),
    ] {
        let (world, _) = World::signup(policy).await;
        assert!(!world.people().is_open());
        let error = world
            .people()
            .sign_up(sign_up("grace@example.com"))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Forbidden, "signup_closed")
        );
        assert_eq!(
            world.people().members(&world.local()).await.unwrap().len(),
            1
        );
        world.stop().await;
    }
    let (world, _) = World::signup(Signup::Open).await;
    let made = world
        .people()
        .sign_up(sign_up("Grace@Example.com"))
        .await
        .unwrap();
    assert_eq!(
        made.visitor.user.email.as_deref(),
        Some("grace@example.com")
    );
    assert_eq!(made.visitor.principal.role(), Role::Member);
    assert!(!made.visitor.user.email_verified);
    let taken = world.people().sign_up(sign_up("grace@example.com")).await;
    assert_eq!(taken.unwrap_err().code(), "email_taken");
    for (email, pointer) in [
        ("grace", "/email"),
        ("a@b..c", "/email"),
        ("a b@c.d", "/email"),
    ] {
        let error = world.people().sign_up(sign_up(email)).await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, pointer);
    }
    world.stop().await;
}
