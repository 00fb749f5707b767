#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_app::approvals::{Decide, Through};
use keyway_app::jobs::ListJobs;
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
async fn attack_a_narrow_token_does_nothing_to_jobs_of_a_wider_one() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::idle(directory.path(), vec![telling(&Ran::default())], quick()).await;
    let wish = || Queue::new("note:keep", json!({ "text": "x" }));
    let wide = someone(world.app(), Role::Member, "key", "mcp");
    let queued = world.queue_as(&wide, wish()).await.unwrap().id;
    let jobs = world.app().jobs();
    let list = ListJobs::default();
    // Of the same person, for one tool or for nothing to do with tools.
    for scopes in [
        "tools:note_keep",
        "tools:other",
        "mcp:resources",
        "approvals",
    ] {
        let narrow = someone(world.app(), Role::Member, CLIENT, scopes);
        let page = jobs.list(&narrow, &list).await.unwrap();
        assert!(page.jobs.is_empty(), "{scopes}");
        for refused in [
            jobs.show(&narrow, &queued).await,
            jobs.cancel(&narrow, &queued).await,
            jobs.retry(&narrow, &queued).await,
        ] {
            assert_eq!(refused.unwrap_err().code(), "job_not_found", "{scopes}");
        }
    }
    // What has as much, and the wide one itself, may.
    let as_much = someone(world.app(), Role::Member, CLIENT, "mcp approvals");
    assert_eq!(jobs.list(&as_much, &list).await.unwrap().jobs.len(), 1);
    let cancelled = jobs.cancel(&wide, &queued).await.unwrap();
    assert_eq!(cancelled.state, "cancelled");
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
async fn a_job_that_needs_an_approval_waits_for_it_and_runs_once() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::idle(directory.path(), vec![telling(&ran)], quick()).await;
    world.app().set_policies(policies(
        "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);",
    ));
    let (who, _) = keyed(&world).await;
    let wish = Queue::new("note:keep", json!({ "text": "x" }));
    let id = world.queue_as(&who, wish).await.unwrap().id;
    world.work(std::time::Duration::from_secs(20));
    let asked = world.pending().await;
    assert_eq!(asked.job.as_deref(), Some(id.as_str()));
    // It waits without being tried again and again.
    let waiting = world.reaches(&id, "queued").await;
    assert_eq!((waiting.attempts, ran.all().len()), (0, 0));
    let (approvals, operator) = (world.app().approvals(), world.app().local());
    let decided = approvals.decide(&operator, &asked.id, Decide::Approve, Through::Cli);
    assert_eq!(decided.await.unwrap().state, "approved");
    let done = world.reaches(&id, "done").await;
    assert_eq!((done.attempts, ran.all().len()), (1, 1));
    world.stop().await;
}

#[tokio::test]
async fn a_job_that_is_denied_dies_and_has_not_run() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::idle(directory.path(), vec![telling(&ran)], quick()).await;
    world.app().set_policies(policies(
        "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);",
    ));
    let (who, _) = keyed(&world).await;
    let wish = Queue::new("note:keep", json!({ "text": "x" }));
    let id = world.queue_as(&who, wish).await.unwrap().id;
    world.work(std::time::Duration::from_secs(20));
    let asked = world.pending().await;
    let (approvals, operator) = (world.app().approvals(), world.app().local());
    let decided = approvals.decide(&operator, &asked.id, Decide::Deny(None), Through::Cli);
    decided.await.unwrap();
    let dead = world.reaches(&id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("approval_denied"));
    assert_eq!(ran.all(), [""; 0]);
    world.stop().await;
}
