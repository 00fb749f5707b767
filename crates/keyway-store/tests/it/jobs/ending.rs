use keyway_store::{JobEnd, JobState};

use super::world::{World, new};
use crate::support::at;

fn failed(retry_at: Option<i64>) -> JobEnd {
    JobEnd::Failed {
        code: "upstream_down".into(),
        retry_at: retry_at.map(at),
    }
}

#[tokio::test]
async fn what_is_done_is_done() {
    let world = World::new().await;
    let job = new(1);
    world.queue(&job).await;
    let lease = world.claim_one(1).await;
    let done = world.store().end_job(&lease, &JobEnd::Done, at(2)).await;
    assert_eq!(done.unwrap(), Some(JobState::Done));
    let done = world.job(&job).await;
    assert_eq!(done.finished_at, Some(at(2)));
    assert_eq!(world.claim(99, 1).await, []);
}

#[tokio::test]
async fn what_fails_is_tried_again_at_its_time_and_is_a_dead_letter_after_the_last_attempt() {
    let world = World::new().await;
    let (store, job) = (world.store(), new(1));
    world.queue(&job).await;
    for attempt in 1..=2 {
        let lease = world.claim_one(attempt * 100).await;
        let again = failed(Some((attempt + 1) * 100));
        let state = store.end_job(&lease, &again, at(attempt * 100 + 1)).await;
        assert_eq!(state.unwrap(), Some(JobState::Queued));
        assert_eq!(world.claim((attempt + 1) * 100 - 1, 1).await, []);
    }
    let lease = world.claim_one(300).await;
    let state = store.end_job(&lease, &failed(Some(400)), at(301)).await;
    assert_eq!(state.unwrap(), Some(JobState::Dead));
    let dead = world.job(&job).await;
    assert_eq!((dead.attempts, dead.finished_at), (3, Some(at(301))));
    assert_eq!(dead.last_error.as_deref(), Some("upstream_down"));
    assert_eq!(world.claim(999, 1).await, []);
}

#[tokio::test]
async fn what_can_never_succeed_is_dead_at_once() {
    let world = World::new().await;
    let job = new(1);
    world.queue(&job).await;
    let lease = world.claim_one(1).await;
    let state = world.store().end_job(&lease, &failed(None), at(2)).await;
    assert_eq!(state.unwrap(), Some(JobState::Dead));
    assert_eq!(world.job(&job).await.attempts, 1);
}

#[tokio::test]
async fn what_was_released_counts_as_not_tried() {
    let world = World::new().await;
    let job = new(1);
    world.queue(&job).await;
    let lease = world.claim_one(1).await;
    let state = world
        .store()
        .end_job(&lease, &JobEnd::Released, at(2))
        .await;
    assert_eq!(state.unwrap(), Some(JobState::Queued));
    assert_eq!(world.job(&job).await.attempts, 0);
    let again = world.claim_one(2).await;
    assert!(again.fence > lease.fence, "a fence is never used again");
}
