#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails"
)]

//! What SQLite has because one writes at a time: here many write beside each other.

use std::collections::HashSet;

use keyway_core::OrgId;
use keyway_store::{
    AuditFilter, Changed, Durability, FirstRows, FirstStart, GENESIS, JobEnd, JobFilter, NewJob,
    Role, Store, event_hash,
};
use tokio::task::JoinSet;

use crate::audit::event;
use crate::engine::fresh;
use crate::support::{at, id, key_of, member, organization, tenant};

#[tokio::test]
async fn two_first_starts_make_one_organization() {
    let fresh = fresh().await;
    let mut starting = JoinSet::new();
    for _ in 0..6 {
        let store = fresh.beside().await;
        starting.spawn(async move {
            let owner = member(Role::Owner);
            let rows = FirstRows {
                organization: organization("default"),
                api_key: key_of(&owner, 0),
                owner,
            };
            store.first_start(&rows).await.unwrap()
        });
    }
    let started = starting.join_all().await;
    let made = started.iter().filter(|one| **one == FirstStart::Made);
    assert_eq!(made.count(), 1);
}

#[tokio::test]
async fn attack_two_owners_who_demote_each_other_leave_one() {
    let fresh = fresh().await;
    for round in 0..10 {
        let (acme, one) = tenant(&fresh.store, &format!("acme-{round}")).await;
        let other = member(Role::Owner);
        fresh.store.create_member(&acme, &other).await.unwrap();
        let (here, there) = (&fresh.store, fresh.beside().await);
        let (first, second) = tokio::join!(
            here.set_role(&acme, &one.id, Role::Member, at(1)),
            there.remove_member(&acme, &other.id, at(1)),
        );
        let both = [first.unwrap(), second.unwrap()];
        assert!(both.contains(&Changed::LastOwner), "{both:?}");
        there.close().await;
    }
}

#[tokio::test]
async fn logs_that_several_append_to_stay_one_chain() {
    const EACH: i64 = 40;
    let fresh = fresh().await;
    let (one, other): (OrgId, OrgId) = (id("org"), id("org"));
    let mut appending = JoinSet::new();
    for _ in 0..4 {
        let store = fresh.beside().await;
        let (one, other) = (one.clone(), other.clone());
        appending.spawn(async move {
            let log = store.audit_log(Durability::Process);
            for number in 0..EACH {
                let mut batch = vec![event(&one, number), event(&other, number)];
                if number % 2 == 0 {
                    batch.reverse();
                }
                batch.truncate(if number % 3 == 0 { 1 } else { 2 });
                log.append(&batch).await.unwrap();
            }
        });
    }
    appending.join_all().await;
    let mut all = 0;
    for organization in [&one, &other] {
        let rows = fresh
            .store
            .audit_after(organization, &AuditFilter::default(), 0, 1_000)
            .await
            .unwrap();
        let mut previous = GENESIS;
        for (seq, row) in (1..).zip(&rows) {
            assert_eq!((row.seq, &row.previous[..]), (seq, &previous[..]));
            previous = event_hash(organization.as_str(), seq, row.at, &previous, &row.record);
            assert_eq!(row.hash, previous);
        }
        all += rows.len();
    }
    let expected = (0..EACH).map(|number| if number % 3 == 0 { 1 } else { 2 });
    assert_eq!(all, 4 * expected.sum::<usize>());
}

fn job(ordering_key: Option<&str>, once_key: Option<&str>) -> NewJob {
    NewJob {
        id: id("job"),
        kind: "action".into(),
        name: "report:make".into(),
        ordering_key: ordering_key.map(str::to_owned),
        once_key: once_key.map(str::to_owned),
        actor: "user".into(),
        asker: "{}".into(),
        payload: "{}".into(),
        run_at: at(1),
        max_attempts: 3,
        created_at: at(1),
    }
}

#[tokio::test]
async fn a_once_key_is_queued_once_by_however_many_at_once() {
    let fresh = fresh().await;
    let (acme, _) = tenant(&fresh.store, "acme").await;
    let mut queueing = JoinSet::new();
    for _ in 0..6 {
        let (store, acme) = (fresh.beside().await, acme.clone());
        queueing.spawn(async move {
            let mut new = 0;
            for number in 0..10 {
                let job = job(None, Some(&format!("once {number}")));
                let queued = store.queue_job(&acme, &job).await.unwrap();
                new += u32::from(queued == keyway_store::QueuedJob::New);
            }
            new
        });
    }
    assert_eq!(queueing.join_all().await.into_iter().sum::<u32>(), 10);
}

/// Claims one at a time and ends it, until nothing is left; answers in which order.
async fn work(store: &Store) -> Vec<i64> {
    let mut done = Vec::new();
    loop {
        let claim = keyway_store::ClaimJobs {
            kinds: &["action"],
            holder: "test",
            now: at(2),
            until: at(60),
            limit: 3,
        };
        let claimed = store.claim_jobs(&claim).await.unwrap();
        if claimed.is_empty() {
            return done;
        }
        for one in claimed {
            let ended = store.end_job(&one.lease, &JobEnd::Done, at(3)).await;
            ended.unwrap().expect("nobody else holds it");
            done.push(one.job.seq);
        }
    }
}

#[tokio::test]
async fn jobs_of_an_order_that_several_queue_run_in_the_order_of_their_places() {
    let fresh = fresh().await;
    let (acme, _) = tenant(&fresh.store, "acme").await;
    let mut all = JoinSet::new();
    for worker in 0..4 {
        let (store, acme) = (fresh.beside().await, acme.clone());
        all.spawn(async move {
            let mut done = Vec::new();
            for _ in 0..15 {
                let new = job(Some("one order"), None);
                store.queue_job(&acme, &new).await.unwrap();
                if worker % 2 == 0 {
                    done.extend(work(&store).await);
                }
            }
            done
        });
    }
    let mut done = all.join_all().await.concat();
    done.extend(work(&fresh.store).await);
    assert_eq!(done.len(), 60);
    assert_eq!(done.iter().collect::<HashSet<_>>().len(), 60);
    let jobs = fresh.store.jobs(&acme, &JobFilter::default(), 100).await;
    assert!(jobs.unwrap().iter().all(|job| job.attempts == 1));
}
