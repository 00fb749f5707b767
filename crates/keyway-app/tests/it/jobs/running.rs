use keyway_app::Surface;
use keyway_app::audit::AuditFilter;
use keyway_core::action::{Expose, JobRun};
use keyway_core::{Action, Error, Kind};
use serde_json::{Value, json};

use super::world::{Note, Queue, Ran, World, quick, task, telling};
use crate::support::{Asking, stranger, until};

#[tokio::test]
async fn an_action_runs_in_the_background_with_its_input_and_knows_that_it_is_a_job() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let tell = ran.clone();
    let action = task("note:keep", move |context, note: Note| {
        let key = context.job().map_or("-", JobRun::idempotency_key);
        let attempt = context.job().map(|job| job.attempt);
        tell.add(format!("{} {key} {attempt:?}", note.text));
        async { Ok(String::new()) }
    });
    let world = World::start(directory.path(), vec![action]).await;
    let id = world.queue("note:keep", json!({ "text": "hello" })).await;
    let done = world.reaches(&id, "done").await;
    assert_eq!((done.attempts, done.last_error), (1, None));
    assert_eq!(
        (done.actor.as_str(), done.kind.as_str()),
        ("operator", "action")
    );
    assert_eq!(ran.all(), [format!("hello {id} Some(1)")]);

    // Called the plain way, it is none.
    let asking = Asking::new(world.app());
    let called = asking.invoke(
        world.app(),
        "note:keep",
        json!({ "text": "now" }),
        Surface::Cli,
    );
    called.await.unwrap();
    assert_eq!(ran.all()[1], "now - None");
    world.stop().await;
}

#[tokio::test]
async fn every_attempt_is_in_the_audit_log_with_its_job() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path(), vec![telling(&Ran::default())]).await;
    let id = world.queue("note:keep", json!({ "text": "x" })).await;
    world.reaches(&id, "done").await;
    let organization = world.app().local().organization().clone();
    let records = async || -> Vec<Value> {
        let all = AuditFilter::default();
        let events = world.app().audit().after(&organization, &all, 0).await;
        let events = events.unwrap();
        events
            .iter()
            .map(|event| serde_json::from_str(event.record.get()).unwrap())
            .collect()
    };
    until(|| async { records().await.len() >= 4 }).await;
    let all = records().await;
    let of = |kind: &str| -> Vec<&Value> {
        let found = all.iter().filter(|record| record["kind"] == kind);
        found.collect()
    };
    let (queued, called) = (of("job_queued"), of("call"));
    assert_eq!(
        (queued.len(), called.len(), all.len()),
        (2, 2, 4),
        "{all:?}"
    );
    assert_eq!(queued[0]["target"]["id"], id.as_str());
    assert_eq!(called[0]["details"]["job"], id.as_str());
    assert_eq!(called[0]["details"]["attempt"], 1);
    world.stop().await;
}

#[tokio::test]
async fn what_would_be_refused_at_once_is_never_queued() {
    let directory = tempfile::tempdir().unwrap();
    let plain = Action::new("plain", |_, _: Note| async { Ok(1) }).expose(Expose::HTTP);
    let hidden = Action::new("hidden", |_, _: Note| async { Ok(1) }).expose(Expose::TASK);
    let actions = vec![telling(&Ran::default()), plain, hidden];
    let world = World::idle(directory.path(), actions, quick()).await;
    let (local, good) = (world.app().local(), json!({ "text": "x" }));
    let http = |slug, input: &Value| Queue {
        surface: Surface::Http,
        ..Queue::new(slug, input.clone())
    };
    for (who, queue, kind, code) in [
        (&local, http("plain", &good), Kind::Conflict, "not_a_task"),
        (
            &local,
            http("hidden", &good),
            Kind::NotFound,
            "action_not_found",
        ),
        (
            &local,
            http("nothing", &good),
            Kind::NotFound,
            "action_not_found",
        ),
        (
            &local,
            http("note:keep", &json!({})),
            Kind::Invalid,
            "invalid_input",
        ),
        (
            &stranger(),
            http("note:keep", &good),
            Kind::NotFound,
            "action_not_found",
        ),
    ] {
        let error: Error = world.queue_as(who, queue).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code));
    }
    assert!(world.all().await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn one_key_is_one_job_for_one_principal() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::idle(directory.path(), vec![telling(&Ran::default())], quick()).await;
    let (local, anyone) = (world.app().local(), world.app().anonymous());
    let wish = |key| Queue {
        key,
        ..Queue::new("note:keep", json!({ "text": "x" }))
    };
    let first = world.queue_as(&local, wish(Some("k"))).await.unwrap();
    let again = world.queue_as(&local, wish(Some("k"))).await.unwrap();
    let other = world.queue_as(&local, wish(Some("l"))).await.unwrap();
    let theirs = world.queue_as(&anyone, wish(Some("k"))).await.unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(world.all().await.len(), 3, "{other:?} {theirs:?}");
    let long = "x".repeat(201);
    for bad in ["", long.as_str()] {
        let error = world.queue_as(&local, wish(Some(bad))).await.unwrap_err();
        assert_eq!(error.code(), "bad_idempotency_key");
    }
    world.stop().await;
}

#[tokio::test]
async fn jobs_in_order_run_one_at_a_time_and_others_side_by_side() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let tell = ran.clone();
    let ordered = task("step", move |_, note: Note| {
        let tell = tell.clone();
        async move {
            tell.add(format!("begin {}", note.text));
            tokio::task::yield_now().await;
            tell.add(format!("end {}", note.text));
            Ok(String::new())
        }
    });
    let gate = std::sync::Arc::new(tokio::sync::Barrier::new(3));
    let meet = task("meet", move |_, _: Note| {
        let gate = std::sync::Arc::clone(&gate);
        async move {
            gate.wait().await;
            Ok(String::new())
        }
    });
    let actions = vec![ordered.in_order(), meet];
    let world = World::start(directory.path(), actions).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(
            world
                .queue("step", json!({ "text": number.to_string() }))
                .await,
        );
    }
    for _ in 0..3 {
        ids.push(world.queue("meet", json!({ "text": "" })).await);
    }
    for id in &ids {
        world.reaches(id, "done").await;
    }
    let expected: Vec<_> = (0..5)
        .flat_map(|n| [format!("begin {n}"), format!("end {n}")])
        .collect();
    assert_eq!(ran.all(), expected);
    world.stop().await;
}

#[tokio::test]
async fn a_job_of_another_process_is_found_without_being_told() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::start(directory.path(), vec![telling(&ran)]).await;
    let command = World::idle(directory.path(), vec![telling(&ran)], quick()).await;
    let id = command
        .queue("note:keep", json!({ "text": "from elsewhere" }))
        .await;
    world.reaches(&id, "done").await;
    assert_eq!(ran.all(), ["from elsewhere"]);
    command.stop().await;
    world.stop().await;
}
