use keyway_store::{JobEnd, JobFilter, JobState, NewJob};

use super::world::{World, new};
use crate::support::{at, tenant};

#[tokio::test]
async fn jobs_are_listed_by_organization_state_and_actor_the_last_one_first() {
    let world = World::new().await;
    let store = world.store();
    let (other, _) = tenant(store, "other").await;
    let theirs = NewJob {
        actor: "user_x".into(),
        ..new(1)
    };
    let jobs = [new(1), theirs, new(50)];
    for job in &jobs {
        world.queue(job).await;
    }
    world.claim_one(1).await;
    let listed = async |filter: JobFilter<'_>, limit| {
        let jobs = store.jobs(&world.acme, &filter, limit).await.unwrap();
        jobs.into_iter()
            .map(|job| (job.seq, job.id))
            .collect::<Vec<_>>()
    };
    let all = listed(JobFilter::default(), 9).await;
    let ids: Vec<_> = all.iter().map(|(_, id)| id).collect();
    assert_eq!(ids, [&jobs[2].id, &jobs[1].id, &jobs[0].id]);
    let page = listed(JobFilter::default(), 2).await;
    let rest = JobFilter {
        before: page.last().map(|(seq, _)| *seq),
        ..JobFilter::default()
    };
    assert_eq!(listed(rest, 2).await, all[2..]);
    let running = JobFilter {
        state: Some(JobState::Running),
        ..JobFilter::default()
    };
    assert_eq!(listed(running, 9).await, all[2..]);
    let actor = JobFilter {
        actor: Some("user_x"),
        ..JobFilter::default()
    };
    assert_eq!(listed(actor, 9).await, all[1..2]);
    let elsewhere = store.jobs(&other, &JobFilter::default(), 9).await.unwrap();
    assert_eq!(elsewhere, []);
    assert_eq!(store.job(&other, &jobs[0].id).await.unwrap(), None);
    assert!(!store.cancel_job(&other, &jobs[0].id, at(2)).await.unwrap());
}

#[tokio::test]
async fn a_job_that_was_taken_back_is_lost_to_whoever_holds_it_and_can_be_queued_again() {
    let world = World::new().await;
    let (store, job) = (world.store(), new(1));
    world.queue(&job).await;
    assert!(!store.retry_job(&world.acme, &job.id, at(1)).await.unwrap());
    let lease = world.claim_one(1).await;
    assert!(store.cancel_job(&world.acme, &job.id, at(2)).await.unwrap());
    assert!(!store.cancel_job(&world.acme, &job.id, at(3)).await.unwrap());
    assert!(!store.keep_job(&lease, at(30)).await.unwrap());
    let late = store.end_job(&lease, &JobEnd::Done, at(3)).await.unwrap();
    assert_eq!(late, None);
    assert_eq!(world.job(&job).await.finished_at, Some(at(2)));
    assert_eq!(world.claim(9, 1).await, []);

    assert!(store.retry_job(&world.acme, &job.id, at(20)).await.unwrap());
    let again = world.claim(20, 1).await;
    assert_eq!(again[0].job.attempts, 1, "its attempts begin anew");
    assert!(again[0].lease.fence > lease.fence);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_nothing_else() {
    let world = World::new().await;
    let (store, done, dead, waiting) = (world.store(), new(1), new(2), new(9));
    for job in [&done, &dead, &waiting] {
        world.queue(job).await;
    }
    let failed = JobEnd::Failed {
        code: "no".into(),
        retry_at: None,
    };
    for (at_second, ended) in [(1, JobEnd::Done), (2, failed)] {
        let lease = world.claim_one(at_second).await;
        store.end_job(&lease, &ended, at(3)).await.unwrap();
    }
    assert_eq!(store.purge_jobs(at(3), at(3), 9).await.unwrap(), 0);
    assert_eq!(store.purge_jobs(at(4), at(3), 9).await.unwrap(), 1);
    assert_eq!(store.job(&world.acme, &done.id).await.unwrap(), None);
    assert_eq!(world.job(&dead).await.state, JobState::Dead);
    assert_eq!(store.purge_jobs(at(4), at(4), 9).await.unwrap(), 1);
    assert_eq!(store.purge_jobs(at(4), at(4), 9).await.unwrap(), 0);
    assert_eq!(world.job(&waiting).await.state, JobState::Queued);
}
