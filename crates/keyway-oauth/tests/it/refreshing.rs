//! Renewing: what a failure means, and what is saved before it is used.

use std::sync::atomic::Ordering;

use keyway_core::ports::{TokenError, TokenSources as _};
use keyway_testkit::authorization::{Endpoint, Misbehaviour, Options, ResourceOptions};

use crate::world::World;

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let source = world.source();
    let first = source.token().await.expect("a token");
    world.clock.turn(std::time::Duration::from_secs(3600 - 5));
    let second = source.token().await.expect("a token");
    assert_ne!(first.expose(), second.expose());
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(world.server.violations(), Vec::<String>::new());
    let refresh = &world.server.visits_to(Endpoint::Token)[1];
    assert_eq!(refresh.param("resource"), world.peer.url());
}

#[tokio::test]
async fn a_replaced_refresh_token_is_saved_before_its_access_token_is_used() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let source = world.source();
    for _ in 0..3 {
        world.let_it_expire();
        let token = source.token().await.expect("a token");
        let newest = world.server.secrets();
        let refresh = newest
            .iter()
            .rfind(|secret| secret.starts_with("canary-refresh"));
        assert!(world.safe.holds(refresh.expect("a refresh token")));
        assert!(world.safe.holds(token.expose()));
    }
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_replaced_refresh_token_that_cannot_be_saved_is_not_lost() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    world.let_it_expire();
    world.safe.fails_to_write.store(true, Ordering::SeqCst);
    let source = world.source();
    let refused = source.token().await.expect_err("nothing that is not saved");
    assert!(matches!(refused, TokenError::Unreachable(_)), "{refused:?}");
    world.assert_clean(&refused.to_string());
    world.safe.fails_to_write.store(false, Ordering::SeqCst);
    source.token().await.expect("a token, once there is room");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_fails_takes_nothing_away() {
    let world = World::signed_in_then(Misbehaviour::RefreshFails).await;
    unreachable_and_then_fine(&world).await;
}

#[tokio::test]
async fn a_dropped_connection_takes_nothing_away() {
    // Dropped before the server did anything: not rotated.
    let options = Options {
        rotation: false,
        ..Options::default()
    };
    let world = World::with(options, ResourceOptions::default()).await;
    world.sign_in().await.expect("a sign-in");
    world.server.misbehave(Misbehaviour::RotatedTokenLost);
    unreachable_and_then_fine(&world).await;
}

#[tokio::test]
async fn too_many_requests_take_nothing_away() {
    let world = World::signed_in_then(Misbehaviour::TokenRateLimited).await;
    unreachable_and_then_fine(&world).await;
}

#[tokio::test]
async fn a_page_instead_of_tokens_takes_nothing_away() {
    let world = World::signed_in_then(Misbehaviour::TokenIsHtml).await;
    unreachable_and_then_fine(&world).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_takes_nothing_away() {
    let world = World::signed_in_then(Misbehaviour::SlowRefresh).await;
    world.let_it_expire();
    let error = world.source().token().await.expect_err("no token");
    assert!(matches!(error, TokenError::Unreachable(_)), "{error:?}");
    assert!(world.grant().await.is_some());
}

async fn unreachable_and_then_fine(world: &World) {
    world.let_it_expire();
    let source = world.source();
    let error = source.token().await.expect_err("no token");
    assert!(matches!(error, TokenError::Unreachable(_)), "{error:?}");
    world.assert_clean(&error.to_string());
    assert!(world.grant().await.is_some_and(|grant| grant.renewable));
    world.server.behave();
    source.token().await.expect("a token");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_is_gone_takes_nothing_away() {
    let World {
        server,
        safe,
        clock,
        resource,
        client,
        peer: _peer,
    } = {
        let world = World::new().await;
        world.sign_in().await.expect("a sign-in");
        world
    };
    drop(server);
    clock.turn(std::time::Duration::from_hours(2));
    let error = client.source("files", &resource).token().await;
    let error = error.expect_err("no token");
    assert!(matches!(error, TokenError::Unreachable(_)), "{error:?}");
    assert_eq!(client.grants().await.len(), 1);
    assert!(safe.holds("canary-refresh"));
}

#[tokio::test]
async fn what_a_server_fails_at_ahead_of_time_costs_nothing() {
    let world = World::signed_in_then(Misbehaviour::RefreshFails).await;
    let source = world.source();
    let first = source.token().await.expect("a token");
    world.clock.turn(std::time::Duration::from_secs(3600 - 5));
    let same = source
        .token()
        .await
        .expect("the old one, which still holds");
    assert_eq!(first.expose(), same.expose());
}

#[tokio::test]
async fn a_refused_renewal_needs_a_person() {
    let world = World::signed_in_then(Misbehaviour::RefreshInvalidGrant).await;
    world.let_it_expire();
    let source = world.source();
    let error = source.token().await.expect_err("no token");
    assert!(matches!(error, TokenError::Refused(_)), "{error:?}");
    world.assert_clean(&error.to_string());
    // It is not asked for again and again.
    source.token().await.expect_err("no token");
    source.token().await.expect_err("no token");
    assert_eq!(world.server.refreshes(), 1);
    world.server.behave();
    world.sign_in().await.expect("a sign-in");
    source.token().await.expect("a token");
}

#[tokio::test]
async fn a_replacement_that_was_lost_on_its_way_ends_the_grant() {
    let world = World::signed_in_then(Misbehaviour::RotatedTokenLost).await;
    world.let_it_expire();
    let source = world.source();
    let error = source.token().await.expect_err("no token");
    assert!(matches!(error, TokenError::Unreachable(_)), "{error:?}");
    world.server.behave();
    // The server takes the old token for a stolen one, which nobody here can undo.
    let error = source.token().await.expect_err("no token");
    assert!(matches!(error, TokenError::Refused(_)), "{error:?}");
    world.sign_in().await.expect("a sign-in");
    source.token().await.expect("a token");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_stays() {
    let world = World::signed_in_then(Misbehaviour::RefreshKeepsToken).await;
    let source = world.source();
    for _ in 0..3 {
        world.let_it_expire();
        source.token().await.expect("a token");
    }
    assert_eq!(world.server.refreshes(), 3);
    assert!(world.grant().await.is_some_and(|grant| grant.renewable));
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn scope_that_is_taken_back_at_a_renewal_is_known() {
    let world = World::signed_in_then(Misbehaviour::RefreshNarrowsScope).await;
    world.let_it_expire();
    world.source().token().await.expect("a token");
    let grant = world.grant().await.expect("a grant");
    assert_eq!(grant.scopes, ["mcp:read"]);
}
