//! What the token endpoint answers to a code, right and wrong.

use std::time::Duration;

use keyway_testkit::authorization::{Endpoint, Misbehaviour};

use crate::world::{World, fails_to_sign_in};

async fn signs_in(misbehaviour: Misbehaviour) -> (World, keyway_oauth::GrantInfo) {
    let world = World::that(misbehaviour).await;
    let grant = world.sign_in().await.expect("a sign-in");
    world.source().token().await.expect("a token");
    assert_eq!(world.server.violations(), Vec::<String>::new());
    (world, grant)
}

fn lifetime(grant: &keyway_oauth::GrantInfo) -> Option<i64> {
    let expires = grant.expires_at?;
    Some(expires.as_second() - grant.obtained_at.as_second())
}

#[tokio::test]
async fn a_missing_lifetime_is_inferred_or_left_open() {
    let (world, grant) = signs_in(Misbehaviour::NoExpiresIn).await;
    assert!(lifetime(&grant).is_none_or(|seconds| seconds > 0));
    world.source().token().await.expect("a token");
}

#[tokio::test]
async fn a_lifetime_as_text_is_read() {
    let (_, grant) = signs_in(Misbehaviour::ExpiresInString).await;
    assert_eq!(lifetime(&grant), Some(3600));
}

#[tokio::test]
async fn a_negative_lifetime_is_none() {
    let (world, grant) = signs_in(Misbehaviour::ExpiresInNegative).await;
    assert!(lifetime(&grant).is_none_or(|seconds| seconds > 0));
    // It is not renewed at every use.
    for _ in 0..5 {
        world.source().token().await.expect("a token");
    }
    assert_eq!(world.server.refreshes(), 0);
}

#[tokio::test]
async fn a_lifetime_beyond_all_calendars_is_cut() {
    let (world, grant) = signs_in(Misbehaviour::ExpiresInHuge).await;
    assert!(lifetime(&grant).is_some());
    world.clock.turn(Duration::from_hours(24 * 365));
    world.source().token().await.expect("a token");
}

#[tokio::test]
async fn less_scope_than_asked_for_is_what_is_kept() {
    let (_, grant) = signs_in(Misbehaviour::ScopeNarrowed).await;
    assert_eq!(grant.scopes, ["mcp:read"]);
}

#[tokio::test]
async fn without_a_refresh_token_a_person_is_needed_at_the_end() {
    let (world, grant) = signs_in(Misbehaviour::NoRefreshToken).await;
    assert!(!grant.renewable);
    world.let_it_expire();
    let error = world.source().token().await.expect_err("no token");
    let required = matches!(error, keyway_core::ports::TokenError::SignInRequired(_));
    assert!(required, "{error:?}");
}

#[tokio::test]
async fn a_token_that_is_no_bearer_token_is_refused() {
    fails_to_sign_in(Misbehaviour::TokenTypeNotBearer, "bad_answer").await;
}

#[tokio::test]
async fn an_answer_without_access_token_is_none() {
    fails_to_sign_in(Misbehaviour::NoAccessToken, "bad_answer").await;
}

#[tokio::test]
async fn a_page_is_no_token() {
    let (_, text) = fails_to_sign_in(Misbehaviour::TokenIsHtml, "bad_answer").await;
    assert!(!text.contains("maintenance"), "{text}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    fails_to_sign_in(Misbehaviour::HugeToken, "bad_answer").await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let code = "authorization_server_unreachable";
    fails_to_sign_in(Misbehaviour::SlowToken, code).await;
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let code = "authorization_server_unreachable";
    fails_to_sign_in(Misbehaviour::TokenDropped, code).await;
}

#[tokio::test]
async fn a_code_does_not_follow_a_redirect() {
    let (world, _) = fails_to_sign_in(Misbehaviour::TokenRedirects, "bad_answer").await;
    assert_eq!(world.server.visits_to(Endpoint::Token).len(), 1);
}

#[tokio::test]
async fn a_server_that_fails_is_not_a_refusal() {
    let code = "authorization_server_unreachable";
    let (_, text) = fails_to_sign_in(Misbehaviour::TokenFails, code).await;
    assert!(text.contains("500"), "{text}");
}

#[tokio::test]
async fn too_many_requests_is_not_a_refusal() {
    let code = "authorization_server_unreachable";
    let (_, text) = fails_to_sign_in(Misbehaviour::TokenRateLimited, code).await;
    assert!(text.contains("429"), "{text}");
}

#[tokio::test]
async fn an_error_that_repeats_what_was_sent_is_masked() {
    let (_, text) = fails_to_sign_in(Misbehaviour::DirtyError, "token_refused").await;
    assert!(text.contains("invalid_request"), "{text}");
}
