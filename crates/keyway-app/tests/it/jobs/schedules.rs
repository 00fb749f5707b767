#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::time::Duration;

use keyway_core::Action;
use keyway_core::action::Expose;
use keyway_store::Schedule;
use serde_json::{Value, json};

use super::world::{Ran, World, quick};
use crate::support::until;

/// Runs at every full hour, and tells the moment and the input.
fn hourly(ran: &Ran) -> Action {
    let ran = ran.clone();
    Action::new("report:make", move |context, input: Value| {
        let moment = context.job().map(|job| job.run_at.as_second());
        ran.add(format!("{} {input}", moment.unwrap_or_default()));
        async { Ok(1) }
    })
    .schedule("0 * * * *", "UTC")
    .scheduled_input(json!({ "days": 1 }))
}

/// The clock of the tests begins at a full hour: 1 800 000 000 is one.
const START: i64 = 1_800_000_000;

fn runs(hours: &[i64]) -> Vec<String> {
    let run = |hour: &i64| format!("{} {{\"days\":1}}", START + hour * 3600);
    hours.iter().map(run).collect()
}

/// A process that keeps the schedule since the clock began, and does not work yet.
async fn begun(directory: &std::path::Path, ran: &Ran) -> World {
    let world = World::idle(directory, vec![hourly(ran)], quick()).await;
    let organization = world.app().local().organization().clone();
    let schedule = Schedule {
        organization: &organization,
        name: "report:make",
        spec: "0 * * * * UTC",
    };
    let start = jiff::Timestamp::from_second(START).unwrap();
    let until = world.process.store.begin_schedule(&schedule, start).await;
    assert_eq!(until.unwrap(), start);
    world
}

#[tokio::test]
async fn a_scheduled_action_runs_when_it_is_due_and_of_missed_runs_one_is_made_up_for() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = begun(directory.path(), &ran).await;
    world.work(Duration::from_secs(20));
    world.process.clock.advance(Duration::from_secs(3599));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(ran.all(), [""; 0], "not a second early");
    world.process.clock.advance(Duration::from_secs(1));
    until(|| async { ran.all() == runs(&[1]) }).await;
    world.stop().await;

    // A process that begins at 03:30: of 02:00 and 03:00 the last one, once.
    let later = World::idle(directory.path(), vec![hourly(&ran)], quick()).await;
    later.process.clock.advance(Duration::from_mins(210));
    later.work(Duration::from_secs(20));
    until(|| async { ran.all() == runs(&[1, 3]) }).await;
    later.process.clock.advance(Duration::from_mins(30));
    until(|| async { ran.all() == runs(&[1, 3, 4]) }).await;
    let jobs = later.all().await;
    assert!(jobs.iter().all(|job| job.kind == "schedule"), "{jobs:?}");
    later.stop().await;
}

#[tokio::test]
async fn several_processes_run_each_moment_once() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let mut worlds = vec![begun(directory.path(), &ran).await];
    for _ in 0..2 {
        worlds.push(World::idle(directory.path(), vec![hourly(&ran)], quick()).await);
    }
    for world in &worlds {
        world.work(Duration::from_secs(20));
    }
    for hour in 1..=4 {
        for world in &worlds {
            world.process.clock.advance(Duration::from_hours(1));
        }
        until(|| async { ran.all().len() >= hour }).await;
        let all = worlds[0].all().await;
        assert_eq!(all.len(), hour, "{all:?}");
    }
    for world in worlds {
        world.stop().await;
    }
    assert_eq!(ran.all(), runs(&[1, 2, 3, 4]));
}

#[tokio::test]
async fn what_runs_by_the_clock_is_called_by_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::idle(directory.path(), vec![hourly(&Ran::default())], quick()).await;
    let definitions = world.app().definitions();
    let entry = definitions.registry().get("report:make").unwrap();
    assert_eq!(entry.action().exposure(), Expose::NONE);
    let wish = super::world::Queue::new("report:make", json!({}));
    let local = world.app().local();
    let error = world.queue_as(&local, wish).await.unwrap_err();
    assert_eq!(error.code(), "action_not_found");
    world.stop().await;
}
