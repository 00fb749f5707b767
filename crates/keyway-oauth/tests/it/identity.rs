//! Whose client id is used, and that tokens stay with whom they are for.

use keyway_core::Secret;
use keyway_core::ports::{ProtectedResource, TokenError, TokenSources as _};
use keyway_testkit::authorization::{
    AuthorizationServer, Endpoint, Options, ProtectedPeer, ResourceOptions,
};
use keyway_testkit::peers::Script;

use crate::world::{KEY, Person, REDIRECT, World};

#[tokio::test]
async fn a_client_registered_by_hand_is_used_first() {
    let mut world = World::new().await;
    world
        .server
        .add_client("by-hand", Some("canary-by-hand-secret"), REDIRECT);
    world.resource.client_id = Some("by-hand".into());
    world.resource.client_secret = Some(Secret::new("canary-by-hand-secret".into()));
    let grant = world.sign_in().await.expect("a sign-in");
    assert_eq!(grant.client_id, "by-hand");
    assert!(world.server.visits_to(Endpoint::Register).is_empty());
    assert!(!world.safe.holds("canary-by-hand-secret"));
    world.let_it_expire();
    world.source().token().await.expect("a renewed token");
    assert_eq!(world.server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn secrets_of_a_registered_client_are_proven_as_the_server_wants() {
    for method in ["client_secret_basic", "client_secret_post"] {
        let options = Options {
            auth_methods: vec![method.into()],
            ..Options::default()
        };
        let world = World::with(options, ResourceOptions::default()).await;
        world.sign_in().await.expect("a sign-in");
        world.let_it_expire();
        world.source().token().await.expect("a renewed token");
        assert_eq!(world.server.violations(), Vec::<String>::new(), "{method}");
    }
}

#[tokio::test]
async fn tokens_of_the_person_are_not_those_of_a_project() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let project = ProtectedResource {
        profile: "project-1".into(),
        ..world.resource.clone()
    };
    let token = world.client.source(KEY, &project).token().await;
    assert!(
        matches!(token, Err(TokenError::SignInRequired(_))),
        "{token:?}"
    );
    let grant = world.client.connect(KEY, &project, &Person).await;
    assert_eq!(grant.expect("a sign-in").name, "mcp:files@project-1");
    assert_eq!(world.client.grants().await.len(), 2);
}

#[tokio::test]
async fn a_token_never_goes_to_another_address_under_the_same_name() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    let stranger =
        ProtectedPeer::start(&world.server, Script::default(), ResourceOptions::default()).await;
    let moved = ProtectedResource {
        url: stranger.url(),
        ..world.resource.clone()
    };
    let token = world.client.source(KEY, &moved).token().await;
    assert!(
        matches!(token, Err(TokenError::SignInRequired(_))),
        "{token:?}"
    );
}

#[tokio::test]
async fn a_server_that_moves_to_another_issuer_gets_a_client_of_its_own() {
    let world = World::new().await;
    let before = world.sign_in().await.expect("a sign-in");
    let other = AuthorizationServer::start(Options::default()).await;
    let address = world.peer.peer.address();
    let World {
        peer,
        client,
        resource,
        ..
    } = world;
    peer.peer.stop().await;
    let moved = ProtectedPeer::start_at(
        &other,
        Script::default(),
        ResourceOptions::default(),
        address,
    )
    .await;
    assert_eq!(moved.url(), resource.url);
    let after = client.connect(KEY, &resource, &Person).await;
    let after = after.expect("a sign-in");
    assert_eq!(after.issuer, other.issuer());
    assert_ne!(before.issuer, after.issuer);
    assert_eq!(other.visits_to(Endpoint::Register).len(), 1);
    assert_eq!(other.violations(), Vec::<String>::new());
}
