//! One renewal at a time, over tasks and over processes.

use std::time::Duration;

use futures_util::future::join_all;
use keyway_core::ports::TokenSources as _;
use keyway_testkit::authorization::Misbehaviour;

use crate::world::{KEY, World, unauthorized};

#[tokio::test]
async fn many_tasks_renew_once() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    world.server.delay_tokens(Duration::from_millis(200));
    world.let_it_expire();
    let source = world.source();
    let tokens = join_all((0..20).map(|_| source.token())).await;
    let first = tokens[0].as_ref().expect("a token").expose().to_owned();
    for token in &tokens {
        assert_eq!(token.as_ref().expect("a token").expose(), first);
    }
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn two_processes_renew_once() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    world.server.delay_tokens(Duration::from_millis(200));
    world.let_it_expire();
    let other = world.another_client();
    let (here, there) = (world.source(), other.source(KEY, &world.resource));
    let (here, there) = tokio::join!(here.token(), there.token());
    let (here, there) = (here.expect("a token"), there.expect("a token"));
    assert_eq!(here.expose(), there.expose());
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test]
async fn two_processes_that_are_refused_renew_once() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    world.server.delay_tokens(Duration::from_millis(200));
    let other = world.another_client();
    let (here, there) = (world.source(), other.source(KEY, &world.resource));
    let old = here.token().await.expect("a token");
    world.server.expire_tokens();
    let refusal = unauthorized(&old);
    let (here, there) = tokio::join!(here.refused(&refusal), there.refused(&refusal));
    assert_eq!(
        here.expect("a token").expose(),
        there.expect("a token").expose()
    );
    assert_eq!(world.server.refreshes(), 1);
}

#[tokio::test]
async fn one_who_goes_away_does_not_lose_the_replacement() {
    let world = World::signed_in_then(Misbehaviour::SlowRefresh).await;
    world.let_it_expire();
    let source = world.source();
    let given_up = tokio::time::timeout(Duration::from_millis(200), source.token()).await;
    assert!(given_up.is_err());
    world.server.behave();
    source.token().await.expect("a token");
    assert_eq!(world.server.refreshes(), 1);
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_sign_in_elsewhere_is_seen() {
    let world = World::new().await;
    let here = world.source();
    here.token().await.expect_err("nobody signed in");
    let other = world.another_client();
    let changed = here.changed();
    let signed_in = other.connect(KEY, &world.resource, &crate::world::Person);
    let (signed_in, ()) = tokio::join!(signed_in, changed);
    signed_in.expect("a sign-in");
    here.token().await.expect("a token");
}

#[tokio::test]
async fn many_tasks_read_a_change_at_once() {
    let world = World::new().await;
    let source = world.source();
    source.token().await.expect_err("nobody signed in");
    world.sign_in().await.expect("a sign-in");
    for token in join_all((0..20).map(|_| source.token())).await {
        token.expect("a token");
    }
    assert_eq!(world.server.refreshes(), 0);
}
