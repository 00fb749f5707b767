//! Metadata of the authorization server, right and wrong.

use keyway_testkit::authorization::{Discovery, Endpoint, Misbehaviour, Options, ResourceOptions};

use crate::world::{World, fails_to_sign_in};

fn nobody_was_asked_to_agree(world: &World) {
    for endpoint in [Endpoint::Register, Endpoint::Authorize, Endpoint::Token] {
        assert!(world.server.visits_to(endpoint).is_empty(), "{endpoint:?}");
    }
}

#[tokio::test]
async fn every_form_of_metadata_is_found() {
    for discovery in [
        Discovery::OAuth,
        Discovery::OpenIdInserted,
        Discovery::OpenIdAppended,
    ] {
        for path in ["", "/tenant"] {
            let options = Options {
                discovery,
                issuer_path: path.into(),
                ..Options::default()
            };
            let world = World::with(options, ResourceOptions::default()).await;
            let grant = world.sign_in().await;
            let grant = grant.unwrap_or_else(|error| panic!("{discovery:?} {path}: {error}"));
            assert_eq!(grant.issuer, world.server.issuer());
            assert_eq!(world.server.violations(), Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn an_issuer_that_calls_itself_otherwise_is_refused() {
    let (world, text) = fails_to_sign_in(Misbehaviour::WrongIssuer, "issuer_mismatch").await;
    assert!(text.contains("authorization.invalid"), "{text}");
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn metadata_that_redirects_in_circles_is_given_up() {
    let (world, _) = fails_to_sign_in(Misbehaviour::MetadataRedirectLoop, "bad_metadata").await;
    assert!(world.server.visits_to(Endpoint::Metadata).len() <= 12);
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn metadata_of_another_host_is_not_read() {
    let (world, text) = fails_to_sign_in(Misbehaviour::MetadataElsewhere, "foreign_place").await;
    assert!(text.contains("localhost"), "{text}");
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn a_server_without_s256_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::NoS256, "pkce_unsupported").await;
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn a_server_that_names_no_pkce_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::NoPkce, "pkce_unsupported").await;
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn a_page_is_no_metadata() {
    let (_, text) = fails_to_sign_in(Misbehaviour::MetadataIsHtml, "bad_metadata").await;
    assert!(!text.contains("It works"), "{text}");
}

#[tokio::test]
async fn metadata_without_end_is_not_read_to_its_end() {
    fails_to_sign_in(Misbehaviour::HugeMetadata, "bad_answer").await;
}

#[tokio::test]
async fn metadata_that_does_not_come_is_given_up() {
    let code = "authorization_server_unreachable";
    fails_to_sign_in(Misbehaviour::SlowMetadata, code).await;
}

#[tokio::test]
async fn a_server_that_fails_can_be_tried_again() {
    let code = "authorization_server_unreachable";
    let (world, text) = fails_to_sign_in(Misbehaviour::MetadataFails, code).await;
    assert!(text.contains("500"), "{text}");
    world.server.behave();
    world.sign_in().await.expect("a sign-in");
}

#[tokio::test]
async fn an_authorization_endpoint_elsewhere_without_tls_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::AuthorizationElsewhere, "foreign_place").await;
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn an_authorization_endpoint_that_is_a_script_is_never_opened() {
    let (world, _) = fails_to_sign_in(Misbehaviour::AuthorizationIsScript, "foreign_place").await;
    nobody_was_asked_to_agree(&world);
}

#[tokio::test]
async fn a_token_endpoint_elsewhere_without_tls_is_refused() {
    let (world, _) = fails_to_sign_in(Misbehaviour::TokenElsewhere, "foreign_place").await;
    nobody_was_asked_to_agree(&world);
}
