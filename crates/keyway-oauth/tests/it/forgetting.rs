//! Forgetting a grant, and taking it back where the server allows.

use keyway_core::Secret;
use keyway_core::ports::TokenError;
use keyway_oauth::Revocation;
use keyway_testkit::authorization::{Endpoint, Misbehaviour};

use crate::world::{KEY, REDIRECT, World};

async fn forget(world: &World) -> Revocation {
    let forgotten = world.client.forget(KEY, &world.resource).await;
    let forgotten = forgotten.expect("forgotten");
    assert!(forgotten.existed);
    assert_eq!(world.grant().await, None);
    assert!(!world.safe.holds("canary-refresh") && !world.safe.holds("canary-access"));
    let token = world.source().token().await;
    assert!(matches!(token, Err(TokenError::SignInRequired(_))));
    if let Revocation::Failed(why) = &forgotten.revocation {
        world.assert_clean(why);
    }
    forgotten.revocation
}

#[tokio::test]
async fn what_is_forgotten_is_taken_back() {
    let world = World::new().await;
    world.sign_in().await.expect("a sign-in");
    assert_eq!(forget(&world).await, Revocation::Revoked);
    assert!(!world.server.has_grants());
    assert_eq!(world.server.violations(), Vec::<String>::new());
    let again = world.client.forget(KEY, &world.resource).await;
    assert!(!again.expect("nothing to do").existed);
}

#[tokio::test]
async fn it_is_forgotten_though_the_server_fails() {
    let world = World::signed_in_then(Misbehaviour::RevocationFails).await;
    assert!(matches!(forget(&world).await, Revocation::Failed(_)));
}

#[tokio::test]
async fn it_is_forgotten_though_the_server_does_not_answer() {
    let world = World::signed_in_then(Misbehaviour::RevocationHangs).await;
    assert!(matches!(forget(&world).await, Revocation::Failed(_)));
}

#[tokio::test]
async fn it_is_forgotten_where_nothing_can_be_taken_back() {
    let world = World::that(Misbehaviour::NoRevocation).await;
    world.sign_in().await.expect("a sign-in");
    assert_eq!(forget(&world).await, Revocation::NotOffered);
    assert!(world.server.visits_to(Endpoint::Revoke).is_empty());
}

#[tokio::test]
async fn a_secret_for_another_server_is_not_sent_to_the_old_one() {
    let mut world = World::new().await;
    let first = "canary-first-secret";
    world.server.add_client("by-hand", Some(first), REDIRECT);
    world.resource.client_id = Some("by-hand".into());
    world.resource.client_secret = Some(Secret::new(first.into()));
    world.sign_in().await.expect("a sign-in");
    let mut moved = world.resource.clone();
    moved.url = "https://elsewhere.example/mcp".into();
    moved.client_secret = Some(Secret::new("canary-other-secret".into()));
    let mut renamed = world.resource.clone();
    renamed.client_id = Some("other".into());
    renamed.client_secret = Some(Secret::new("canary-other-secret".into()));
    for changed in [renamed, moved] {
        let forgotten = world.client.forget(KEY, &changed).await.expect("forgotten");
        assert!(forgotten.existed);
        let visits = world.server.visits_to(Endpoint::Revoke);
        assert!(!visits.is_empty());
        for visit in visits {
            assert_eq!(visit.authorization, None);
            assert_eq!(visit.param("client_secret"), "");
        }
        world.sign_in().await.expect("a sign-in");
    }
}
