//! What people agreed to ends with what they agreed to.

use http::Method;
use keyway_testkit::authorization::{Endpoint, Misbehaviour, ProtectedPeer, ResourceOptions};
use keyway_testkit::peers::Script;
use serde_json::json;

use super::world::{World, agree, link, tools, wait_listed};
use crate::support::wait::until;

/// A world where Ada agreed for everybody.
async fn agreed() -> (World, super::world::Person) {
    let mut world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "shared" }))
        .await;
    let ben = world.join("ben").await;
    agree(&mut world.owner, "organization").await;
    wait_listed(&world.app, &ben.key).await;
    (world, ben)
}

async fn remove(world: &World) {
    let ask = world.app.ask(Method::DELETE, "/v1/connectors/wiki");
    assert_eq!(ask.bearer(&world.app.key).send().await.status(), 204);
}

#[tokio::test]
async fn a_connector_that_is_removed_takes_its_tokens_back_and_leaves_nothing() {
    let (world, ben) = Box::pin(agreed()).await;
    remove(&world).await;
    until("the tokens to be taken back", || async {
        !world.server.has_grants()
    })
    .await;
    assert!(tools(&world.app, &ben.key).await.is_empty());
    let credentials = world.app.get("/v1/credentials").send().await.json();
    assert_eq!(credentials["credentials"], json!([]));
    // Another one of the same name begins anew.
    let made = world
        .add(json!({ "kind": "oauth", "mode": "shared" }))
        .await;
    assert_eq!(made["consent"]["state"], "missing", "{made}");
    let audit = world.app.get("/v1/audit?limit=200").send().await;
    assert!(audit.text().contains("connector_removed"));
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_revocation_that_hangs_does_not_keep_a_connector_there() {
    let (world, ben) = Box::pin(agreed()).await;
    world.server.misbehave(Misbehaviour::RevocationHangs);
    remove(&world).await;
    assert!(tools(&world.app, &ben.key).await.is_empty());
    world.server.behave();
    world.app.running.stop().await;
}

#[tokio::test]
async fn attack_tokens_do_not_go_to_an_address_that_nobody_agreed_to() {
    let (world, ben) = Box::pin(agreed()).await;
    let other = ProtectedPeer::start(&world.server, Script::default(), ResourceOptions::default());
    let other = other.await;
    let before = world.server.sent_tokens().len();
    let changed = world.change(json!({ "url": other.url() })).await;
    assert_eq!(changed["consent"]["state"], "missing", "{changed}");
    let called = ben.call(&world.app).await;
    assert!(link(&called).ends_with("/connect/mcp:wiki"), "{called}");
    assert_eq!(
        world.server.sent_tokens().len(),
        before,
        "no token was sent"
    );
    until("the tokens to be taken back", || async {
        !world.server.has_grants()
    })
    .await;
    // Back at the old address it is agreed to anew, too.
    let back = world.change(json!({ "url": world.peer.url() })).await;
    assert_eq!(back["consent"]["state"], "missing", "{back}");
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_connector_that_is_switched_off_keeps_what_was_agreed_to() {
    let (world, ben) = Box::pin(agreed()).await;
    world.change(json!({ "enabled": false })).await;
    assert!(tools(&world.app, &ben.key).await.is_empty());
    assert!(world.server.has_grants());
    let revoked = world.server.visits_to(Endpoint::Revoke);
    assert!(revoked.is_empty(), "{revoked:?}");
    let on = world.change(json!({ "enabled": true })).await;
    assert_eq!(on["consent"]["state"], "connected", "{on}");
    wait_listed(&world.app, &ben.key).await;
    assert_eq!(ben.call(&world.app).await["result"]["seen"], 1);
    world.app.running.stop().await;
}

#[tokio::test]
async fn attack_what_one_agreed_to_for_themselves_is_not_everybodys_after_a_change() {
    let world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "per_user" }))
        .await;
    let mut ben = world.join("ben").await;
    let link = link(&ben.call(&world.app).await);
    ben.agree_at(&link).await;
    assert_eq!(ben.call(&world.app).await["result"]["seen"], 1);
    let auth = json!({ "kind": "oauth", "mode": "shared" });
    let changed = world.change(json!({ "auth": auth })).await;
    assert_eq!(changed["consent"]["state"], "missing", "{changed}");
    until("the tokens to be taken back", || async {
        !world.server.has_grants()
    })
    .await;
    world.app.running.stop().await;
}
