use std::time::Duration;

use keyway_app::people::{LinkPurpose, UseLink};
use keyway_core::{Kind, Role};

use super::world::{GOOD, OTHER, World, browser, secret, set_up};

#[tokio::test]
async fn a_set_up_link_makes_the_owner_and_works_once() {
    let world = World::fresh(|_| {}).await;
    let (people, local) = (world.people(), world.local());
    assert!(people.needs_setup().await.unwrap());
    let replaced = people.make_setup_link(&local).await.unwrap();
    let link = people.make_setup_link(&local).await.unwrap();
    assert!(link.path().expose().starts_with("/setup/kwl_"));
    let old = people
        .look_at_link(replaced.token.expose())
        .await
        .unwrap_err();
    assert_eq!((old.kind(), old.code()), (Kind::NotFound, "link_not_valid"));
    let look = people.look_at_link(link.token.expose()).await.unwrap();
    assert_eq!((look.purpose, look.email), (LinkPurpose::Setup, None));

    for (email, password, pointer) in [
        ("ada", GOOD, "/email"),
        ("ada@example.com", "short", "/password"),
        ("ada@example.com", "ada@example.com", "/password"),
    ] {
        let error = people
            .use_link(set_up(link.token.expose(), email, password))
            .await;
        let error = error.unwrap_err();
        assert_eq!(error.problems()[0].pointer, pointer);
        assert!(!error.to_json().to_string().contains(password));
    }
    assert!(people.needs_setup().await.unwrap(), "nothing was half-done");
    let using = set_up(link.token.expose(), "Ada@Example.com", GOOD);
    let owner = people.use_link(using).await.unwrap();
    assert!(!people.needs_setup().await.unwrap());
    assert_eq!(owner.visitor.principal.role(), Role::Owner);
    assert_eq!(owner.visitor.user.email.as_deref(), Some("ada@example.com"));
    assert!(owner.visitor.user.email_verified);
    let again = set_up(link.token.expose(), "eve@example.com", GOOD);
    assert_eq!(
        people.use_link(again).await.unwrap_err().code(),
        "link_not_valid"
    );
    let more = people.make_setup_link(&local).await.unwrap_err();
    assert_eq!(
        (more.kind(), more.code()),
        (Kind::Conflict, "already_set_up")
    );
    world.stop().await;
}

#[tokio::test]
async fn a_link_lapses_after_an_hour() {
    let world = World::fresh(|_| {}).await;
    let link = world
        .people()
        .make_setup_link(&world.local())
        .await
        .unwrap();
    world.process.clock.advance(Duration::from_mins(59));
    world
        .people()
        .look_at_link(link.token.expose())
        .await
        .unwrap();
    world.process.clock.advance(Duration::from_mins(1));
    let using = set_up(link.token.expose(), "ada@example.com", GOOD);
    let error = world.people().use_link(using).await.unwrap_err();
    assert_eq!(error.code(), "link_not_valid");
    world.stop().await;
}

#[tokio::test]
async fn a_reset_link_sets_the_password_and_ends_every_web_session() {
    let (world, owner) = World::start().await;
    let (people, local) = (world.people(), world.local());
    let link = people
        .make_reset_link(&local, " Ada@example.com")
        .await
        .unwrap();
    assert!(link.path().expose().starts_with("/reset/kwl_"));
    let using = || UseLink {
        token: link.token.expose().clone(),
        name: Some("Eve".to_owned()),
        email: Some("eve@example.com".to_owned()),
        password: secret(OTHER),
        browser: browser(1),
    };
    let new = people.use_link(using()).await.unwrap();
    assert_eq!(
        new.visitor.user.email.as_deref(),
        Some("ada@example.com"),
        "a reset changes the password only"
    );
    assert_eq!(new.visitor.user.name, "Ada Lovelace");
    assert!(
        people
            .web_session(owner.cookie.expose())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        people
            .web_session(new.cookie.expose())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        people.use_link(using()).await.unwrap_err().code(),
        "link_not_valid"
    );
    world.sign_in("ada@example.com", GOOD).await.unwrap_err();
    world.sign_in("ada@example.com", OTHER).await.unwrap();
    let nobody = people
        .make_reset_link(&local, "nobody@example.com")
        .await
        .unwrap_err();
    assert_eq!(
        (nobody.kind(), nobody.code()),
        (Kind::NotFound, "user_not_found")
    );
    world.stop().await;
}

#[tokio::test]
async fn only_the_operator_makes_links() {
    let (world, owner) = World::start().await;
    let who = &owner.visitor.principal;
    let people = world.people();
    let reset = people
        .make_reset_link(who, "ada@example.com")
        .await
        .unwrap_err();
    let setup = people.make_setup_link(who).await.unwrap_err();
    let verify = people
        .verify_email(who, "ada@example.com")
        .await
        .unwrap_err();
    let organizations = people.organizations(who).await.unwrap_err();
    let create = people
        .create_organization(who, "acme", "Acme")
        .await
        .unwrap_err();
    for error in [reset, setup, verify, organizations, create] {
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Forbidden, "operator_only")
        );
    }
    world.stop().await;
}
