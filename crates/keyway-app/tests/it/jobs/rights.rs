#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::{Principal, Role};
use serde_json::json;

use super::world::{Queue, Ran, World, quick, telling};
use crate::policy::world::{CLIENT, policies, someone};

/// Somebody with an API key, as they come in.
async fn keyed(world: &World) -> (Principal, keyway_core::ApiKeyId) {
    let first = world.process.key.clone().unwrap();
    let owner = world.app().authenticate(&first).await.unwrap();
    let issued = world.app().api_keys().create(&owner, "worker", None).await;
    let issued = issued.unwrap();
    let text = issued.secret.expose().clone();
    (
        world.app().authenticate(&text).await.unwrap(),
        issued.view.id,
    )
}

#[tokio::test]
async fn a_job_runs_as_who_queued_it_and_not_once_their_key_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::idle(directory.path(), vec![telling(&ran)], quick()).await;
    let (who, key) = keyed(&world).await;
    let wish = |text: &str| Queue::new("note:keep", json!({ "text": text }));
    let lost = world.queue_as(&who, wish("lost")).await.unwrap();
    assert_eq!(lost.actor, who.actor().unwrap().as_str());
    let local = world.app().local();
    world.app().api_keys().revoke(&local, &key).await.unwrap();
    let (other, _) = keyed(&world).await;
    let kept = world.queue_as(&other, wish("kept")).await.unwrap();
    world.work(std::time::Duration::from_secs(20));
    world.reaches(&kept.id, "done").await;
    let dead = world.reaches(&lost.id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("asker_gone"));
    assert_eq!(ran.all(), ["kept"]);
    world.stop().await;
}

#[tokio::test]
async fn what_policy_forbids_meanwhile_does_not_run() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::idle(directory.path(), vec![telling(&ran)], quick()).await;
    let (who, _) = keyed(&world).await;
    let queued = world
        .queue_as(&who, Queue::new("note:keep", json!({ "text": "x" })))
        .await;
    let id = queued.unwrap().id;
    world.app().set_policies(policies(
        "forbid (principal, action == Action::\"call\", resource);",
    ));
    world.work(std::time::Duration::from_secs(20));
    let dead = world.reaches(&id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("action_not_found"));
    assert_eq!(ran.all(), [""; 0]);
    world.stop().await;
}

#[tokio::test]
async fn what_needs_an_approval_is_not_queued_where_nobody_can_be_asked() {
    let directory = tempfile::tempdir().unwrap();
    let drop = telling(&Ran::default()).destructive();
    let world = World::idle(directory.path(), vec![drop], quick()).await;
    let client = someone(world.app(), Role::Owner, CLIENT, "mcp");
    let wish = Queue::new("note:keep", json!({ "text": "x" }));
    let error = world.queue_as(&client, wish).await.unwrap_err();
    assert_eq!(error.code(), "approval_unavailable");
    assert!(world.all().await.is_empty());
    world.stop().await;
}
