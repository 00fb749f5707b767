use std::collections::{HashMap, HashSet};

use keyway_store::{Busy, ClaimJobs, JobEnd, JobState, NewJob, QueuedJob};

use super::world::{World, claim, new, ordered};
use crate::support::{at, tenant};

#[tokio::test]
async fn a_job_is_claimed_once_its_moment_has_come_with_all_that_is_needed_to_do_it() {
    let world = World::new().await;
    let (late, early) = (new(5), new(2));
    world.queue(&late).await;
    world.queue(&early).await;
    assert_eq!(world.claim(1, 9).await, []);
    let claimed = world.claim(5, 9).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| &claimed.job.id).collect();
    assert_eq!(ids, [&early.id, &late.id], "the oldest moment first");
    let first = &claimed[0];
    assert_eq!(first.lease.organization, world.acme);
    assert_eq!((first.lease.fence, first.job.attempts), (1, 1));
    assert_eq!(first.job.state, JobState::Running);
    assert_eq!(
        (&first.payload, &first.asker),
        (&early.payload, &early.asker)
    );
    assert_eq!(world.claim(5, 9).await, [], "both are held");
}

#[tokio::test]
async fn a_worker_gets_no_more_than_it_asks_for_and_only_what_it_knows() {
    let world = World::new().await;
    for _ in 0..3 {
        world.queue(&new(1)).await;
    }
    let other = NewJob {
        kind: "delivery".into(),
        ..new(0)
    };
    world.queue(&other).await;
    assert_eq!(world.claim(9, 2).await.len(), 2);
    assert_eq!(world.claim(9, 2).await.len(), 1);
    assert_eq!(world.claim(9, 2).await, []);
    assert_eq!(world.job(&other).await.state, JobState::Queued);
}

#[tokio::test]
async fn an_expired_lease_is_claimed_anew_and_its_late_writer_changes_nothing() {
    let world = World::new().await;
    let job = new(1);
    world.queue(&job).await;
    let old = world.claim_one(1).await;
    assert_eq!(world.claim(10, 1).await, [], "the lease runs until 11");
    let again = world.claim_one(11).await;
    assert!(again.fence > old.fence);

    let store = world.store();
    let before = world.job(&job).await;
    assert!(!store.keep_job(&old, at(99)).await.unwrap());
    let failed = JobEnd::Failed {
        code: "late".into(),
        retry_at: Some(at(99)),
    };
    for late in [JobEnd::Done, JobEnd::Released, failed] {
        assert_eq!(store.end_job(&old, &late, at(12)).await.unwrap(), None);
    }
    assert_eq!(world.job(&job).await, before);
    let done = store.end_job(&again, &JobEnd::Done, at(13)).await.unwrap();
    assert_eq!(done, Some(JobState::Done));
}

#[tokio::test]
async fn a_lease_that_is_kept_does_not_expire() {
    let world = World::new().await;
    world.queue(&new(1)).await;
    let lease = world.claim_one(1).await;
    assert!(world.store().keep_job(&lease, at(30)).await.unwrap());
    assert_eq!(world.claim(29, 1).await, []);
    assert_eq!(world.claim(30, 1).await.len(), 1);
}

#[tokio::test]
async fn workers_of_several_processes_never_hold_the_same_job() {
    const JOBS: usize = 60;
    let world = World::new().await;
    for _ in 0..JOBS {
        world.queue(&new(1)).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = world.fresh.beside().await;
        workers.spawn(async move {
            let mut got = Vec::new();
            loop {
                let claimed = claim(&store, 1, 3).await;
                if claimed.is_empty() {
                    return got;
                }
                got.extend(claimed.into_iter().map(|claimed| claimed.job.id));
                tokio::task::yield_now().await;
            }
        });
    }
    let got: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(got.len(), JOBS, "each job was claimed once");
    assert_eq!(got.into_iter().collect::<HashSet<_>>().len(), JOBS);
}

#[tokio::test]
async fn jobs_of_one_ordering_key_run_one_at_a_time_and_in_order() {
    let world = World::new().await;
    let store = world.store();
    let jobs = [ordered("a"), ordered("a"), ordered("b"), ordered("a")];
    for job in &jobs {
        world.queue(job).await;
    }
    let claimed = world.claim(1, 9).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| &claimed.job.id).collect();
    assert_eq!(ids, [&jobs[0].id, &jobs[2].id]);

    let done = store.end_job(&claimed[1].lease, &JobEnd::Done, at(2)).await;
    done.unwrap();
    // One that is tried again keeps its place.
    let lease = &claimed[0].lease;
    let failed = JobEnd::Failed {
        code: "busy".into(),
        retry_at: Some(at(60)),
    };
    store.end_job(lease, &failed, at(2)).await.unwrap();
    assert_eq!(world.claim(5, 9).await, []);
    let lease = world.claim_one(60).await;
    assert_eq!(lease.id, jobs[0].id);
    store.end_job(&lease, &JobEnd::Done, at(61)).await.unwrap();
    // One that was taken back lets the next one pass.
    assert!(
        store
            .cancel_job(&world.acme, &jobs[1].id, at(61))
            .await
            .unwrap()
    );
    assert_eq!(world.claim_one(61).await.id, jobs[3].id);
}

#[tokio::test]
async fn the_ordering_keys_of_two_organizations_are_two_keys() {
    let world = World::new().await;
    let (other, _) = tenant(world.store(), "other").await;
    world.queue(&ordered("a")).await;
    let theirs = ordered("a");
    world.store().queue_job(&other, &theirs).await.unwrap();
    let claimed = world.claim(1, 9).await;
    assert_eq!(claimed.len(), 2);
    let of: HashMap<_, _> = claimed
        .iter()
        .map(|claimed| (&claimed.job.id, &claimed.lease.organization))
        .collect();
    assert_eq!(of[&theirs.id], &other);
}

#[tokio::test]
async fn of_jobs_with_one_once_key_one_is_queued() {
    let world = World::new().await;
    let (other, _) = tenant(world.store(), "other").await;
    let once = |key: &str| NewJob {
        once_key: Some(key.into()),
        ..new(1)
    };
    let first = once("k");
    world.queue(&first).await;
    let store = world.store();
    let again = store.queue_job(&world.acme, &once("k")).await.unwrap();
    assert_eq!(again, QueuedJob::Already(first.id.clone()));
    let theirs = store.queue_job(&other, &once("k")).await.unwrap();
    assert_eq!(theirs, QueuedJob::New);
    assert_eq!(world.claim(1, 9).await.len(), 2);
}

#[tokio::test]
async fn a_job_that_takes_its_workers_with_it_is_given_up() {
    let world = World::new().await;
    let job = new(1);
    world.queue(&job).await;
    for attempt in 0..3 {
        let claim = ClaimJobs {
            kinds: &["action"],
            holder: "doomed",
            now: at(attempt * 10),
            until: at(attempt * 10 + 10),
            limit: 1,
        };
        let claimed = world.store().claim_jobs(&claim).await.unwrap();
        assert_eq!(claimed.len(), usize::from(attempt > 0), "{attempt}");
    }
    world.claim_one(30).await;
    assert_eq!(world.claim(40, 1).await, []);
    let dead = world.job(&job).await;
    assert_eq!(dead.state, JobState::Dead);
    assert_eq!(dead.last_error.as_deref(), Some("lease_expired"));
}

#[tokio::test]
async fn jobs_of_who_is_busy_are_left_for_later() {
    let world = World::new().await;
    let (globex, _) = tenant(world.store(), "globex").await;
    let to = |endpoint: &str| NewJob {
        payload: format!(r#"{{"endpoint":"{endpoint}"}}"#),
        ..new(1)
    };
    let (slow, quick, plain, theirs) = (to("whe_1"), to("whe_2"), new(2), to("whe_3"));
    for job in [&slow, &quick, &plain] {
        world.queue(job).await;
    }
    let queued = world.store().queue_job(&globex, &theirs).await.unwrap();
    assert_eq!(queued, QueuedJob::New);
    let claim = async |busy: &Busy| {
        let claim = ClaimJobs {
            kinds: &["action"],
            holder: "test",
            now: at(5),
            until: at(15),
            limit: 9,
        };
        let claimed = world.store().claim_jobs_beside(&claim, busy).await.unwrap();
        claimed
            .into_iter()
            .map(|one| one.job.id)
            .collect::<Vec<_>>()
    };
    let everybody = Busy {
        organizations: vec![world.acme.clone(), globex.clone()],
        endpoints: Vec::new(),
    };
    assert_eq!(claim(&everybody).await, []);
    let both = Busy {
        organizations: vec![globex.clone()],
        endpoints: vec!["whe_1".into(), "no \" id".into()],
    };
    assert_eq!(claim(&both).await, [quick.id, plain.id]);
    assert_eq!(claim(&Busy::default()).await, [slow.id, theirs.id]);
}
