//! The challenge and the metadata of the protected resource, right and wrong.

use keyway_core::ports::TokenError;
use keyway_testkit::authorization::{Endpoint, Misbehaviour, Options, ResourceOptions};

use crate::world::{World, fails_to_sign_in, unauthorized};

#[tokio::test]
async fn the_metadata_of_another_resource_is_refused() {
    let expected = "resource_mismatch";
    let (world, text) = fails_to_sign_in(Misbehaviour::ResourceOfAnotherHost, expected).await;
    assert!(text.contains("another.invalid"), "{text}");
    assert!(world.server.visits_to(Endpoint::Metadata).is_empty());
}

#[tokio::test]
async fn metadata_of_the_resource_on_another_host_is_not_read() {
    let misbehaviour = Misbehaviour::ResourceMetadataElsewhere;
    let (world, _) = fails_to_sign_in(misbehaviour, "foreign_place").await;
    assert!(
        world
            .server
            .visits_to(Endpoint::ResourceMetadata)
            .is_empty()
    );
}

#[tokio::test]
async fn a_server_that_publishes_nothing_is_taken_for_one_of_the_first_revision() {
    // Revision 2025-03-26: everything is at fixed places of the server's own origin. There, too,
    // is nothing here.
    let misbehaviour = Misbehaviour::NoResourceMetadata;
    let (world, text) = fails_to_sign_in(misbehaviour, "no_authorization_server").await;
    assert!(
        text.contains("api_key") && text.contains("client_id"),
        "{text}"
    );
    assert!(world.server.visits_to(Endpoint::Register).is_empty());
}

#[tokio::test]
async fn metadata_that_names_no_authorization_server_is_refused() {
    fails_to_sign_in(Misbehaviour::NoAuthorizationServers, "bad_metadata").await;
}

#[tokio::test]
async fn without_a_challenge_the_well_known_places_are_tried() {
    let world = World::that(Misbehaviour::NoChallenge).await;
    let grant = world.sign_in().await.expect("a sign-in");
    // Without scopes in the challenge, those the resource supports.
    assert_eq!(grant.scopes, ["mcp:read", "mcp:write", "offline_access"]);
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_garbled_challenge_is_as_good_as_none() {
    let world = World::that(Misbehaviour::GarbledChallenge).await;
    world.sign_in().await.expect("a sign-in");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn metadata_at_the_root_is_found() {
    let options = ResourceOptions {
        names_metadata: false,
        metadata_at_root: true,
        ..ResourceOptions::default()
    };
    let world = World::with(Options::default(), options).await;
    world.sign_in().await.expect("a sign-in");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn scopes_come_from_the_challenge_and_offline_access_where_it_is_offered() {
    let world = World::new().await;
    let grant = world.sign_in().await.expect("a sign-in");
    assert_eq!(grant.scopes, ["mcp:read", "offline_access"]);

    let options = Options {
        scopes: vec!["mcp:read".into()],
        ..Options::default()
    };
    let world = World::with(options, ResourceOptions::default()).await;
    let grant = world.sign_in().await.expect("a sign-in");
    assert_eq!(grant.scopes, ["mcp:read"]);
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_renewed_once_and_then_given_up() {
    let world = World::signed_in_then(Misbehaviour::RefusesEveryToken).await;
    let source = world.source();
    let first = source.token().await.expect("a token");
    let second = source.refused(&unauthorized(&first)).await;
    let second = second.expect("a renewed token");
    assert_ne!(first.expose(), second.expose());
    assert_eq!(world.server.refreshes(), 1);
    // Whoever sends repeats a request once; there is no circle to be caught in here.
    assert!(world.grant().await.is_some());
}

#[tokio::test]
async fn a_token_that_was_renewed_meanwhile_is_not_renewed_again() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let source = world.source();
    let old = source.token().await.expect("a token");
    let new = source.refused(&unauthorized(&old)).await.expect("a token");
    let late = source.refused(&unauthorized(&old)).await.expect("a token");
    assert_eq!(new.expose(), late.expose());
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test]
async fn a_grant_that_was_revoked_is_refused_and_needs_a_person() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    world.server.revoke_grants();
    let source = world.source();
    let token = source.token().await.expect("a token, as far as is known");
    let error = source.refused(&unauthorized(&token)).await;
    let error = error.expect_err("no token");
    assert!(matches!(error, TokenError::Refused(_)), "{error:?}");
    world.assert_clean(&error.to_string());
    world.sign_in().await.expect("a new sign-in");
    source.token().await.expect("a token");
}
