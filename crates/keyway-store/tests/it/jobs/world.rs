#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::OrgId;
use keyway_store::{ClaimJobs, ClaimedJob, Job, JobLease, NewJob, QueuedJob, Store};

use crate::support::{Fresh, at, fresh, id, tenant};

/// A store with an organization, and a worker that claims for ten seconds.
pub(super) struct World {
    pub(super) fresh: Fresh,
    pub(super) acme: OrgId,
}

impl World {
    pub(super) async fn new() -> Self {
        let fresh = fresh().await;
        let (acme, _) = tenant(&fresh.store, "acme").await;
        Self { fresh, acme }
    }

    pub(super) fn store(&self) -> &Store {
        &self.fresh.store
    }

    pub(super) async fn queue(&self, new: &NewJob) {
        let queued = self.store().queue_job(&self.acme, new).await.unwrap();
        assert_eq!(queued, QueuedJob::New);
    }

    pub(super) async fn claim(&self, second: i64, limit: u32) -> Vec<ClaimedJob> {
        claim(self.store(), second, limit).await
    }

    /// Claims at most four, and no more of anybody than `each`.
    pub(super) async fn claim_of_each(&self, second: i64, each: u32) -> Vec<ClaimedJob> {
        let claim = claims(second, 4);
        let claimed = self.store().claim_jobs_of_each(&claim, each).await;
        claimed.unwrap()
    }

    pub(super) async fn claim_one(&self, second: i64) -> JobLease {
        let mut claimed = self.claim(second, 1).await;
        claimed.pop().unwrap().lease
    }

    pub(super) async fn job(&self, new: &NewJob) -> Job {
        let job = self.store().job(&self.acme, &new.id).await.unwrap();
        job.unwrap()
    }
}

pub(super) async fn claim(store: &Store, second: i64, limit: u32) -> Vec<ClaimedJob> {
    store.claim_jobs(&claims(second, limit)).await.unwrap()
}

fn claims(second: i64, limit: u32) -> ClaimJobs<'static> {
    ClaimJobs {
        kinds: &["action"],
        holder: "test",
        now: at(second),
        until: at(second + 10),
        limit,
    }
}

pub(super) fn new(second: i64) -> NewJob {
    NewJob {
        id: id("job"),
        kind: "action".into(),
        name: "report:make".into(),
        ordering_key: None,
        once_key: None,
        actor: "operator".into(),
        asker: "{}".into(),
        payload: r#"{"month":"May"}"#.into(),
        run_at: at(second),
        max_attempts: 3,
        created_at: at(0),
    }
}

pub(super) fn ordered(key: &str) -> NewJob {
    NewJob {
        ordering_key: Some(key.into()),
        ..new(1)
    }
}
