use std::time::Duration;

use keyway_core::Action;
use keyway_core::action::Expose;
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

#[tokio::test]
async fn a_scheduled_action_runs_when_it_is_due_and_of_missed_runs_one_is_made_up_for() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::start(directory.path(), vec![hourly(&ran)]).await;
    let begun = || async {
        let organization = world.app().local().organization().clone();
        let schedule = keyway_store::Schedule {
            organization: &organization,
            name: "report:make",
            spec: "0 * * * * UTC",
        };
        let far = jiff::Timestamp::from_second(START + 999).unwrap();
        world
            .process
            .store
            .begin_schedule(&schedule, far)
            .await
            .unwrap()
            .as_second()
            == START
    };
    until(begun).await;
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
    let mut worlds = Vec::new();
    for _ in 0..3 {
        worlds.push(World::start(directory.path(), vec![hourly(&ran)]).await);
    }
    // Each has looked at its schedule once a job could have been seen.
    tokio::time::sleep(Duration::from_millis(200)).await;
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
    let entry = world.app().registry().get("report:make").unwrap();
    assert_eq!(entry.action().exposure(), Expose::NONE);
    let wish = super::world::Queue::new("report:make", json!({}));
    let error = world
        .queue_as(&world.app().local(), wish)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "action_not_found");
    world.stop().await;
}
