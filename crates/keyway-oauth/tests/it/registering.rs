//! Dynamic registration, refused, empty and forgotten.

use keyway_testkit::authorization::{Endpoint, Misbehaviour, browse};

use crate::world::{KEY, REDIRECT, World, fails_to_sign_in};

#[tokio::test]
async fn a_registration_is_made_once_and_used_again() {
    let world = World::new().await;
    let first = world.sign_in().await.expect("a sign-in");
    let again = world.sign_in().await.expect("a sign-in");
    assert_eq!(first.client_id, again.client_id);
    let registrations = world.server.visits_to(Endpoint::Register);
    assert_eq!(registrations.len(), 1);
    assert_eq!(registrations[0].param("application_type"), "native");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_registration_says_why() {
    let code = "registration_refused";
    let (world, text) = fails_to_sign_in(Misbehaviour::RegistrationRefused, code).await;
    assert!(text.contains("invalid_redirect_uri"), "{text}");
    assert!(world.server.visits_to(Endpoint::Authorize).is_empty());
}

#[tokio::test]
async fn a_registration_without_client_id_is_no_registration() {
    let misbehaviour = Misbehaviour::RegistrationWithoutClientId;
    let (world, _) = fails_to_sign_in(misbehaviour, "bad_answer").await;
    assert!(world.safe.dump().is_empty());
}

#[tokio::test]
async fn where_nobody_can_register_the_way_out_is_named() {
    let world = World::new().await;
    world.server.change(|options| options.registration = false);
    let error = world.sign_in().await.expect_err("no sign-in");
    assert_eq!(error.code(), "client_id_needed");
    assert!(error.to_string().contains("client_id"), "{error}");
}

#[tokio::test]
async fn a_client_that_the_server_forgot_is_registered_anew() {
    let world = World::new().await;
    let before = world.sign_in().await.expect("a sign-in");
    // The page lets an old client pass, the token endpoint does not: the worst case.
    world.server.misbehave(Misbehaviour::InvalidClient);
    let begun = world.client.begin(KEY, &world.resource, REDIRECT).await;
    let pending = begun.expect("a beginning");
    let back = browse(pending.url()).await.expect("a redirect");
    let error = world.client.complete(pending, &back).await;
    let error = error.expect_err("no sign-in");
    assert_eq!(error.code(), "client_refused");
    world.assert_clean(&error.to_string());
    // The older grant stays until there is a new one.
    assert_eq!(
        world.grant().await.map(|grant| grant.client_id),
        Some(before.client_id.clone())
    );

    world.server.behave();
    let after = world.sign_in().await.expect("a sign-in");
    assert_ne!(before.client_id, after.client_id);
}

#[tokio::test]
async fn a_client_refused_in_the_middle_of_a_sign_in_is_replaced_at_once() {
    let world = World::that(Misbehaviour::InvalidClient).await;
    let error = world.sign_in().await.expect_err("no sign-in");
    assert_eq!(error.code(), "client_refused");
    assert_eq!(world.server.visits_to(Endpoint::Register).len(), 2);
    assert_eq!(world.server.visits_to(Endpoint::Token).len(), 2);
}

#[tokio::test]
async fn a_registration_that_vanishes_shows_on_the_page_only() {
    let world = World::that(Misbehaviour::RegistrationVanishes).await;
    let begun = world.client.begin(KEY, &world.resource, REDIRECT).await;
    let pending = begun.expect("a beginning");
    let page = browse(pending.url()).await.expect_err("no redirect");
    assert!(page.contains("invalid_client"), "{page}");
    assert_eq!(world.grant().await, None);
}
