use std::time::Duration;

use keyway_app::people::WebVisitor;
use keyway_core::{Kind, Role, Subject};

use super::world::{GOOD, OTHER, World, browser, secret};

#[tokio::test]
async fn every_sign_in_is_a_new_web_session() {
    let (world, first) = World::start().await;
    let second = world.sign_in("ada@example.com", GOOD).await.unwrap();
    assert_ne!(first.cookie.expose(), second.cookie.expose());
    assert_ne!(first.visitor.session, second.visitor.session);
    assert!(second.cookie.expose().starts_with("kwb_"));
    let found = world
        .people()
        .web_session(second.cookie.expose())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.principal, second.visitor.principal);
    assert_eq!(found.principal.role(), Role::Owner);
    assert!(found.principal.scopes().admin());
    assert!(matches!(
        found.principal.subject(),
        Subject::WebSession { .. }
    ));
    world.stop().await;
}

#[tokio::test]
async fn a_cookie_is_no_bearer_token_and_no_bearer_token_is_a_cookie() {
    let (world, owner) = World::start().await;
    let error = world
        .app()
        .authenticate(owner.cookie.expose())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthenticated);
    let key = world.process.key.clone().unwrap();
    for text in [
        key.as_str(),
        "",
        "kwb_",
        owner.device.as_ref().unwrap().expose(),
    ] {
        assert!(world.people().web_session(text).await.unwrap().is_none());
    }
    world.stop().await;
}

#[tokio::test]
async fn a_web_session_ends_when_idle_and_in_any_case_after_a_while() {
    let (world, owner) = World::start().await;
    let lives = async || {
        let found = world.people().web_session(owner.cookie.expose()).await;
        found.unwrap().is_some()
    };
    world.process.clock.advance(Duration::from_hours(11));
    assert!(lives().await);
    world.process.clock.advance(Duration::from_hours(11));
    assert!(lives().await, "it was seen in between");
    world.process.clock.advance(Duration::from_hours(13));
    assert!(!lives().await, "idle");

    let owner = world.sign_in("ada@example.com", GOOD).await.unwrap();
    let mut hours = 0;
    while world
        .people()
        .web_session(owner.cookie.expose())
        .await
        .unwrap()
        .is_some()
    {
        world.process.clock.advance(Duration::from_hours(8));
        hours += 8;
        assert!(hours <= 24 * 14);
    }
    assert_eq!(hours, 24 * 14);
    world.stop().await;
}

#[tokio::test]
async fn web_sessions_are_listed_and_ended_one_by_one_and_all_at_once() {
    let (world, one) = World::start().await;
    let other = world.joined("grace@example.com", Role::Member).await;
    world.process.clock.advance(Duration::from_secs(1));
    let two = world
        .sign_in_from("ada@example.com", GOOD, browser(7))
        .await
        .unwrap();
    let people = world.people();
    let listed = people.sessions(&two.visitor).await.unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|of| (of.current, of.address.as_str()))
        .collect();
    assert_eq!(seen, [(true, "192.0.2.7"), (false, "192.0.2.1")]);

    let theirs = people
        .revoke_session(&two.visitor, &other.visitor.session)
        .await;
    assert_eq!(theirs.unwrap_err().code(), "web_session_not_found");
    let lives = async |cookie: &str| people.web_session(cookie).await.unwrap().is_some();
    assert!(lives(other.cookie.expose()).await);
    people
        .revoke_session(&two.visitor, &one.visitor.session)
        .await
        .unwrap();
    assert!(!lives(one.cookie.expose()).await && lives(two.cookie.expose()).await);
    people.sign_out(&two.visitor).await.unwrap();
    assert!(!lives(two.cookie.expose()).await);

    let three = world.sign_in("ada@example.com", GOOD).await.unwrap();
    let four = world.sign_in("ada@example.com", GOOD).await.unwrap();
    assert_eq!(people.sign_out_everywhere(&three.visitor).await.unwrap(), 2);
    assert!(!lives(three.cookie.expose()).await && !lives(four.cookie.expose()).await);
    assert!(lives(other.cookie.expose()).await, "someone else's stay");
    world.stop().await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_web_session() {
    let (world, one) = World::start().await;
    let two = world.sign_in("ada@example.com", GOOD).await.unwrap();
    let change = async |visitor: &WebVisitor, current: &str, new: &str| {
        let people = world.people();
        people
            .change_password(visitor, secret(current), secret(new), browser(1))
            .await
    };
    let wrong = change(&two.visitor, OTHER, OTHER).await.unwrap_err();
    assert_eq!(wrong.problems()[0].pointer, "/current_password");
    let weak = change(&two.visitor, GOOD, "password").await.unwrap_err();
    assert_eq!(weak.problems()[0].pointer, "/password");
    let new = change(&two.visitor, GOOD, OTHER).await.unwrap();
    let lives = async |cookie: &str| {
        let found = world.people().web_session(cookie).await;
        found.unwrap().is_some()
    };
    assert!(!lives(one.cookie.expose()).await && !lives(two.cookie.expose()).await);
    assert!(lives(new.cookie.expose()).await);
    world.sign_in("ada@example.com", GOOD).await.unwrap_err();
    world.sign_in("ada@example.com", OTHER).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_web_session_moves_between_the_organizations_of_its_person_only() {
    let (world, owner) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let acme = people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let error = people
        .switch_organization(&owner.visitor, &acme.id)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::NotFound, "organization_not_found")
    );
    let store = &world.process.store;
    let user = &owner.visitor.user.id;
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    store.join(&acme.id, user, Role::Member, now).await.unwrap();
    let visitor = people
        .web_session(owner.cookie.expose())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(visitor.memberships.len(), 2);
    let moved = people
        .switch_organization(&visitor, &acme.id)
        .await
        .unwrap();
    assert_eq!(
        (moved.principal.organization(), moved.principal.role()),
        (&acme.id, Role::Member)
    );
    let again = people
        .web_session(owner.cookie.expose())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.principal, moved.principal);
    assert_eq!(again.principal.role(), Role::Member);
    world.stop().await;
}
