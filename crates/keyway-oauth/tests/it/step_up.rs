//! A call that needs more than was granted.

use keyway_core::ports::{TokenError, TokenSources as _};
use keyway_testkit::authorization::{Endpoint, Misbehaviour};

use crate::world::{KEY, World, forbidden};

#[tokio::test]
async fn more_is_asked_for_with_what_there_was() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let source = world.source();
    let token = source.token().await.expect("a token");
    let more = source.refused(&forbidden(&token, "mcp:write")).await;
    let more = more.expect("a token with more scope");
    assert_ne!(token.expose(), more.expose());
    let mut scopes = world.grant().await.expect("a grant").scopes;
    scopes.sort();
    assert_eq!(scopes, ["mcp:read", "mcp:write", "offline_access"]);
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_never_has_enough_is_given_up() {
    let world = World::signed_in_then(Misbehaviour::NeverEnoughScope).await;
    let source = world.source();
    let mut token = source.token().await.expect("a token");
    let mut rounds = 0;
    let error = loop {
        rounds += 1;
        assert!(rounds < 10, "there is no end");
        match source.refused(&forbidden(&token, "mcp:write")).await {
            Ok(next) => token = next,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, TokenError::Refused(_)), "{error:?}");
    world.assert_clean(&error.to_string());
    assert!(world.server.visits_to(Endpoint::Authorize).len() <= 5);
    // What was granted stays.
    assert!(world.grant().await.is_some());
}

#[tokio::test]
async fn without_a_person_it_is_kept_for_the_next_sign_in() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let alone = world.client_without_person();
    let source = alone.source(KEY, &world.resource);
    let token = source.token().await.expect("a token");
    let error = source.refused(&forbidden(&token, "mcp:write")).await;
    let error = error.expect_err("nobody is there");
    assert!(matches!(error, TokenError::SignInRequired(_)), "{error:?}");
    let grant = world.sign_in().await.expect("a sign-in");
    assert!(
        grant.scopes.contains(&"mcp:write".to_owned()),
        "{:?}",
        grant.scopes
    );
}
