use std::sync::Arc;
use std::time::Duration;

use keyway_app::jobs::JobSettings;
use keyway_core::action::Expose;
use keyway_core::{Action, Error, Kind};
use serde_json::json;
use tokio::sync::Notify;

use super::world::{Note, Ran, World, quick, task};
use crate::support::until;

fn note(text: &str) -> serde_json::Value {
    json!({ "text": text })
}

/// An action that fails so often with a kind before it succeeds.
fn failing(slug: &str, times: usize, kind: Kind, ran: &Ran) -> Action {
    let ran = ran.clone();
    task(slug, move |_, note: Note| {
        ran.add(note.text);
        let fails = ran.all().len() <= times;
        async move {
            if fails {
                return Err(Error::new(kind, "made_up", "this was made to fail"));
            }
            Ok(String::new())
        }
    })
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_is_wrong_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let (passing, wrong, lasting) = (Ran::default(), Ran::default(), Ran::default());
    let actions = vec![
        failing("passing", 2, Kind::Unavailable, &passing),
        failing("wrong", 2, Kind::Conflict, &wrong),
        failing("lasting", 99, Kind::Internal, &lasting).attempts(3),
    ];
    let world = World::start(directory.path(), actions).await;
    let mut ids = Vec::new();
    for slug in ["passing", "wrong", "lasting"] {
        ids.push(world.queue(slug, note(slug)).await);
    }
    // The clock of the test stands still until it is moved: what failed waits.
    let ticking = async {
        loop {
            world.process.clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let reached = async {
        world.reaches(&ids[0], "done").await;
        world.reaches(&ids[1], "dead").await;
        world.reaches(&ids[2], "dead").await;
    };
    tokio::select! {
        () = ticking => {}
        () = reached => {}
    }
    let counts = [passing, wrong, lasting].map(|ran| ran.all().len());
    assert_eq!(counts, [3, 1, 3]);
    let dead = world.job(&ids[2]).await;
    assert_eq!(
        (dead.attempts, dead.last_error.as_deref()),
        (3, Some("made_up"))
    );
    assert_eq!(world.job(&ids[0]).await.last_error, None);
    world.stop().await;
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_takes_nothing_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let bad = task("panic", |_, _: Note| async { panic!("an inner secret") }).attempts(1);
    let ran = Ran::default();
    let actions = vec![bad, super::world::telling(&ran)];
    let world = World::start(directory.path(), actions).await;
    let id = world.queue("panic", note("")).await;
    let dead = world.reaches(&id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("internal_error"));
    let id = world.queue("note:keep", note("after")).await;
    world.reaches(&id, "done").await;
    world.stop().await;
}

/// An action that tells that it began, and ends when it is let go.
fn waiting(ran: &Ran) -> (Action, Arc<Notify>) {
    let (go, ran) = (Arc::new(Notify::new()), ran.clone());
    let wait = Arc::clone(&go);
    let action = task("wait", move |context, note: Note| {
        let (wait, ran) = (Arc::clone(&wait), ran.clone());
        async move {
            ran.add(format!("begin {}", note.text));
            tokio::select! {
                () = wait.notified() => ran.add("end"),
                () = context.cancellation().cancelled() => ran.add("stopped"),
            }
            Ok(String::new())
        }
    });
    (action.timeout(Duration::ZERO), go)
}

#[tokio::test]
async fn a_drain_lets_what_runs_end_and_begins_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let (action, go) = waiting(&ran);
    let settings = JobSettings {
        concurrency: 1,
        ..quick()
    };
    let world = World::idle(directory.path(), vec![action], settings).await;
    world.work(Duration::from_mins(5));
    let first = world.queue("wait", note("1")).await;
    let second = world.queue("wait", note("2")).await;
    until(|| async { ran.all().len() == 1 }).await;
    let mut draining = Box::pin(world.drain());
    assert!(futures_util::poll!(&mut draining).is_pending());
    go.notify_one();
    draining.await;
    assert_eq!(ran.all(), ["begin 1", "end"]);
    assert_eq!(world.job(&first).await.state, "done");
    assert_eq!(world.job(&second).await.state, "queued");
    world.stop().await;
}

#[tokio::test]
async fn what_does_not_end_in_time_is_put_back_as_if_it_had_not_been_tried() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let (action, _) = waiting(&ran);
    let world = World::idle(directory.path(), vec![action], quick()).await;
    world.work(Duration::ZERO);
    let id = world.queue("wait", note("1")).await;
    until(|| async { ran.all().len() == 1 }).await;
    world.drain().await;
    let job = world.job(&id).await;
    assert_eq!((job.state, job.attempts), ("queued", 0));

    let again = World::start(directory.path(), vec![super::world::telling(&ran)]).await;
    let gone = again.reaches(&id, "dead").await;
    assert_eq!(
        gone.last_error.as_deref(),
        Some("action_not_found"),
        "it has no such action"
    );
    again.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn a_job_that_is_cancelled_while_it_runs_is_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let (action, _) = waiting(&ran);
    let settings = JobSettings {
        lease: Duration::from_millis(60),
        ..quick()
    };
    let world = World::idle(directory.path(), vec![action], settings).await;
    world.work(Duration::from_mins(5));
    let id = world.queue("wait", note("1")).await;
    until(|| async { ran.all().len() == 1 }).await;
    let local = world.app().local();
    let cancelled = world.app().jobs().cancel(&local, &id).await.unwrap();
    assert_eq!(cancelled.state, "cancelled");
    // A drain would wait for minutes if it still ran.
    let drained = tokio::time::timeout(Duration::from_secs(20), world.drain()).await;
    drained.unwrap();
    assert_eq!(world.job(&id).await.state, "cancelled");
    world.stop().await;
}

#[tokio::test]
async fn an_answer_that_tells_of_a_failure_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let sorry = Action::content("sorry", |_, _: Note| async {
        Ok(keyway_core::action::Content::text("out of stock").as_error())
    });
    let sorry = sorry.expose(Expose::TASK | Expose::CLI).attempts(1);
    let world = World::start(directory.path(), vec![sorry]).await;
    let id = world.queue("sorry", note("")).await;
    let dead = world.reaches(&id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("action_failed"));
    world.stop().await;
}
