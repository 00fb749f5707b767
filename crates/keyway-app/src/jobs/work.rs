use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::worker::Pool;
use super::{JobParts, JobSettings, Jobs};
use crate::App;

impl App {
    /// Everything that goes on without anybody asking: jobs are worked off, scheduled runs are
    /// queued, messages are handed out, webhook endpoints are told, how servers fare is written down, agents go on with what was approved, and what ended long ago is forgotten. Ends after `stopping`,
    /// once the jobs that run have ended or `grace` has passed. A command next to a gateway does not
    /// do this; the gateway does.
    pub async fn work(self, stopping: CancellationToken, grace: Duration) {
        tokio::join!(
            self.clone()
                .work_off(Pool::actions(&self), stopping.clone(), grace),
            self.clone()
                .work_off(Pool::deliveries(&self), stopping.clone(), grace),
            self.clone()
                .work_off(Pool::webhooks(&self), stopping.clone(), grace),
            self.clone()
                .work_off(Pool::turns(&self), stopping.clone(), grace),
            self.clone()
                .work_off(Pool::tasks(&self), stopping.clone(), grace),
            self.clone().tell_endpoints(stopping.clone()),
            self.clone().keep_schedules(stopping.clone()),
            self.clone().keep_publication_schedules(stopping.clone()),
            self.clone().hand_out(stopping.clone()),
            self.clone().watch_servers(stopping.clone()),
            self.clone().ask_elsewhere(stopping.clone()),
            self.clone().go_on_with_approved(stopping.clone()),
            self.forget_ended(stopping),
        );
    }

    /// Looking at jobs, queueing them again and taking them back.
    pub fn jobs(&self) -> Jobs {
        let parts = JobParts {
            store: self.inner.store.clone(),
            clock: std::sync::Arc::clone(&self.inner.clock),
            audit: self.audit().clone(),
        };
        Jobs::new(parts).waking(std::sync::Arc::clone(&self.inner.jobs))
    }

    pub(crate) fn job_settings(&self) -> &JobSettings {
        &self.settings().jobs
    }
}

/// So much later; as late as can be said where that is too far.
pub(crate) fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// So much earlier.
pub(crate) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
