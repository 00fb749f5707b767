use std::sync::Arc;
use std::time::Duration;

use keyway_store::{Busy, ClaimJobs, ClaimedJob, JobEnd};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::lanes::{Lanes, Seat};
use super::work::later;
use super::{ACTION, DELIVERY, SCHEDULED, TASK, TURN, WEBHOOK};
use crate::App;
use crate::changes::Topic;

/// Some kinds of jobs, and how many of them run at once: agents that take their time keep no action from
/// running.
pub(super) struct Pool {
    kinds: &'static [&'static str],
    concurrency: u32,
    /// How many of them run at once for one who asks; the rest is for others. All where absent.
    each: Option<u32>,
    /// One of them was queued here.
    wake: Arc<Notify>,
    /// Whose they are, where some may take long.
    lanes: Option<Arc<Lanes>>,
    /// How many are claimed at a time: what is claimed counts for the next.
    step: usize,
}

/// A job that was claimed, with its place.
type Taken = (ClaimedJob, Option<Seat>);

impl Pool {
    /// Actions that were queued, and those that run by the clock.
    pub(super) fn actions(app: &App) -> Self {
        Self {
            kinds: &[ACTION, SCHEDULED],
            concurrency: app.job_settings().concurrency,
            each: None,
            wake: Arc::clone(&app.inner.jobs),
            lanes: None,
            step: usize::MAX,
        }
    }

    /// What came in by webhooks.
    pub(super) fn deliveries(app: &App) -> Self {
        Self {
            kinds: &[DELIVERY],
            concurrency: app.settings().deliveries.concurrency,
            each: None,
            wake: Arc::clone(&app.inner.inbox),
            lanes: Some(Arc::default()),
            step: usize::MAX,
        }
    }

    /// Messages to webhook endpoints, whose receivers may take their time.
    pub(super) fn webhooks(app: &App) -> Self {
        Self {
            kinds: &[WEBHOOK],
            concurrency: app.settings().webhooks.concurrency,
            each: None,
            wake: Arc::clone(&app.inner.webhooks),
            lanes: Some(Arc::default()),
            step: usize::try_from(app.settings().webhooks.concurrency / 8).unwrap_or(1),
        }
    }

    /// What people left for agents.
    pub(super) fn turns(app: &App) -> Self {
        Self {
            kinds: &[TURN],
            concurrency: app.settings().agents.concurrency,
            each: Some(share(app.settings().agents.concurrency)),
            wake: Arc::clone(&app.inner.turns.wake),
            lanes: None,
            step: usize::MAX,
        }
    }

    /// Calls that MCP clients come back for.
    pub(super) fn tasks(app: &App) -> Self {
        Self {
            kinds: &[TASK],
            concurrency: app.settings().tasks.concurrency,
            each: Some(share(app.settings().tasks.concurrency)),
            wake: Arc::clone(&app.inner.task_begun),
            lanes: None,
            step: usize::MAX,
        }
    }
}

/// What one who asks may have of the room there is: all but an eighth, and all of it where there is one place.
fn share(concurrency: u32) -> u32 {
    let for_others = concurrency.div_ceil(8);
    concurrency.saturating_sub(for_others).max(1)
}

impl App {
    /// Works off jobs until `stopping`: looks for them now and then, and at once when one was queued
    /// here. Then nothing new is begun; what runs may end within `grace`, and what does not is put
    /// back for another process.
    pub(super) async fn work_off(self, pool: Pool, stopping: CancellationToken, grace: Duration) {
        let settings = self.job_settings();
        let most = pool.concurrency.max(1);
        let slots = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
        let (running, stop) = (TaskTracker::new(), CancellationToken::new());
        let holder = self.new_request_id().to_string();
        while !stopping.is_cancelled() {
            // One that is free, and with it all the others that are.
            let Some(Ok(first)) = stopping
                .run_until_cancelled(Arc::clone(&slots).acquire_owned())
                .await
            else {
                break;
            };
            let mut free = vec![first];
            free.extend(std::iter::from_fn(|| {
                Arc::clone(&slots).try_acquire_owned().ok()
            }));
            let claimed = self.take(&pool, &holder, free.len()).await;
            let got_all = claimed.len() == free.len();
            for ((job, seat), slot) in claimed.into_iter().zip(free.drain(..)) {
                let (app, stop, wake) = (self.clone(), stop.clone(), Arc::clone(&pool.wake));
                running.spawn(async move {
                    app.hold_and_run(job, &stop).await;
                    drop((seat, slot));
                    wake.notify_one();
                });
            }
            drop(free);
            if !got_all {
                let pause = tokio::time::timeout(settings.poll, pool.wake.notified());
                let _ = stopping.run_until_cancelled(pause).await;
            }
        }
        running.close();
        if tokio::time::timeout(grace, running.wait()).await.is_err() {
            stop.cancel();
            running.wait().await;
        }
    }

    /// Claims so many jobs of a pool. Where they have lanes, those go first that have less than their share.
    async fn take(&self, pool: &Pool, holder: &str, free: usize) -> Vec<Taken> {
        let Some(lanes) = &pool.lanes else {
            let nobody = Busy::default();
            let claimed = self.claim(pool, holder, free, &nobody);
            return claimed.await.into_iter().map(|job| (job, None)).collect();
        };
        let most = pool.concurrency.max(1);
        let mut taken: Vec<Taken> = Vec::new();
        while taken.len() < free {
            let limit = pool.step.min(free - taken.len()).max(1);
            let (first, last) = (lanes.above_share(most), lanes.full(most));
            let (mut claimed, mut there_is_more) = (Vec::new(), true);
            if first != last && !lanes.is_quiet() {
                claimed = self.claim(pool, holder, limit, &first).await;
                if claimed.is_empty() {
                    lanes.nobody_else();
                }
            }
            if claimed.is_empty() {
                claimed = self.claim(pool, holder, limit, &last).await;
                there_is_more = claimed.len() == limit;
            }
            let seated = claimed.into_iter().map(|job| {
                let seat = lanes.seat(&job);
                (job, Some(seat))
            });
            taken.extend(seated);
            if !there_is_more {
                break;
            }
        }
        taken
    }

    async fn claim(&self, pool: &Pool, holder: &str, limit: usize, busy: &Busy) -> Vec<ClaimedJob> {
        let now = self.inner.clock.now();
        let claim = ClaimJobs {
            kinds: pool.kinds,
            holder,
            now,
            until: later(now, self.job_settings().lease),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let store = &self.inner.store;
        let claimed = match pool.each {
            Some(each) => store.claim_jobs_of_each(&claim, each).await,
            None => store.claim_jobs_beside(&claim, busy).await,
        };
        claimed.unwrap_or_else(|error| {
            tracing::warn!(%error, "no jobs can be claimed");
            Vec::new()
        })
    }

    /// Runs a job, and holds it for as long as it runs. It is stopped once somebody else has it, it
    /// was cancelled, or `stop` says so.
    async fn hold_and_run(&self, claimed: ClaimedJob, stop: &CancellationToken) {
        let (id, action) = (claimed.job.id.clone(), claimed.job.name.clone());
        let cancel = stop.child_token();
        let done = {
            let running = Box::pin(self.run_job(&claimed, &cancel));
            let holding = self.hold(&claimed);
            tokio::select! {
                done = running => Some(done),
                () = holding => None,
            }
        };
        let Some(done) = done else {
            // Dropped, with all it had started.
            tracing::warn!(job = %id, action, "a job was lost to someone else, or cancelled");
            if claimed.job.kind == TASK {
                self.task_lost(&claimed);
            }
            return;
        };
        let ended = self.job_end(&claimed, &done, stop.is_cancelled());
        if let JobEnd::Failed { code, retry_at } = &ended {
            let again = retry_at.map(|at| at.to_string());
            tracing::warn!(job = %id, action, code, again, "a job failed");
        }
        let now = self.inner.clock.now();
        match self.inner.store.end_job(&claimed.lease, &ended, now).await {
            Ok(Some(_)) if claimed.job.kind == TURN => {
                let organization = &claimed.lease.organization;
                self.inner.changes.tell(organization, Topic::Sessions);
            }
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!(job = %id, action, "a job ended that someone else has"),
            // Its lease runs out, and it is done again.
            Err(error) => tracing::error!(job = %id, action, %error, "how a job ended is not kept"),
        }
    }

    /// Answers once the job is no longer held.
    async fn hold(&self, claimed: &ClaimedJob) {
        let lease = self.job_settings().lease;
        loop {
            tokio::time::sleep(lease / 3).await;
            let until = later(self.inner.clock.now(), lease);
            match self.inner.store.keep_job(&claimed.lease, until).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the lease of a job cannot be renewed"),
            }
        }
    }
}
