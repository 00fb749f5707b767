use keyway_store::{JobFilter, NewJob, Schedule, Store};

use crate::support::{at, fresh, id, tenant};

fn run(second: i64) -> NewJob {
    NewJob {
        id: id("job"),
        kind: "action".into(),
        name: "report:make".into(),
        ordering_key: Some("schedule:report:make".into()),
        once_key: None,
        actor: "schedule".into(),
        asker: "{}".into(),
        payload: "{}".into(),
        run_at: at(second),
        max_attempts: 3,
        created_at: at(second),
    }
}

async fn count(store: &Store, schedule: &Schedule<'_>) -> Option<usize> {
    let filter = JobFilter::default();
    let jobs = store.jobs(schedule.organization, &filter, 99).await;
    jobs.ok().map(|jobs| jobs.len())
}

#[tokio::test]
async fn a_schedule_begins_now_and_anew_when_it_changes() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let schedule = Schedule {
        organization: &acme,
        name: "report:make",
        spec: "0 * * * * UTC",
    };
    let begin = async |schedule, second| store.begin_schedule(schedule, at(second)).await.unwrap();
    assert_eq!(begin(&schedule, 10).await, at(10));
    assert_eq!(begin(&schedule, 99).await, at(10), "it goes on");
    let other = Schedule {
        spec: "5 * * * * UTC",
        ..schedule.clone()
    };
    assert_eq!(begin(&other, 200).await, at(200));
    let stale = store
        .queue_scheduled(&schedule, at(10), at(60), &run(60))
        .await;
    assert!(!stale.unwrap(), "it no longer runs by this");
}

#[tokio::test]
async fn of_several_processes_one_queues_a_run() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let schedule = Schedule {
        organization: &acme,
        name: "report:make",
        spec: "0 * * * * UTC",
    };
    store.begin_schedule(&schedule, at(0)).await.unwrap();
    let all = (0..8).map(|_| async {
        let queued = store
            .queue_scheduled(&schedule, at(0), at(60), &run(60))
            .await;
        queued.unwrap()
    });
    let queued = futures_util::future::join_all(all).await;
    assert_eq!(queued.iter().filter(|queued| **queued).count(), 1);
    assert_eq!(count(store, &schedule).await, Some(1));
    let until = store.begin_schedule(&schedule, at(70)).await.unwrap();
    assert_eq!(until, at(60));
}

#[tokio::test]
async fn no_run_is_put_behind_one_that_still_waits() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let schedule = Schedule {
        organization: &acme,
        name: "report:make",
        spec: "0 * * * * UTC",
    };
    store.begin_schedule(&schedule, at(0)).await.unwrap();
    let queue = async |from, due| {
        let queued = store
            .queue_scheduled(&schedule, at(from), at(due), &run(due))
            .await;
        queued.unwrap()
    };
    assert!(queue(0, 60).await);
    assert!(!queue(60, 120).await, "the run of 60 still waits");
    assert!(
        !queue(60, 120).await,
        "and its moment has passed all the same"
    );
    assert_eq!(count(store, &schedule).await, Some(1));
}
