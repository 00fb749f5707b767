use std::time::Duration;

use keyway_core::Error;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::work::earlier;
use crate::App;

/// How often ended rows are forgotten.
const EVERY: Duration = Duration::from_mins(10);
/// How many rows go at once, so that nobody waits long for the database.
const BATCH: u32 = 500;
/// How many sessions go at once: each takes its events with it.
const SESSIONS: u32 = 20;
/// For how many days it is kept what publications took: a year, and a month to look back on it.
const USAGE_DAYS: i64 = 400;

impl App {
    /// Forgets jobs, messages, deliveries, tasks, what publications took, and sessions where they are not kept for
    /// ever, that are old enough. Answers how many rows went.
    pub(super) async fn forget(&self) -> Result<u64, Error> {
        let (settings, store) = (self.job_settings(), &self.inner.store);
        let now = self.inner.clock.now();
        let (done, dead) = (
            earlier(now, settings.keep_done),
            earlier(now, settings.keep_dead),
        );
        let messages = earlier(now, settings.keep_messages);
        let deliveries = earlier(now, self.settings().deliveries.keep);
        let sessions = self.settings().agents.keep.map(|keep| earlier(now, keep));
        let days = now.as_second().div_euclid(24 * 60 * 60) - USAGE_DAYS;
        let mut gone = 0;
        loop {
            let old = match sessions {
                Some(before) => store.purge_sessions(before, now, SESSIONS).await?,
                None => 0,
            };
            let some = old
                + store.purge_publication_days(days, BATCH).await?
                + store.purge_jobs(done, dead, BATCH).await?
                + store.purge_outbox(messages, BATCH).await?
                + store.purge_deliveries(deliveries, BATCH).await?
                + store.purge_webhook_messages(deliveries, BATCH).await?
                + store.purge_tasks(now, BATCH).await?;
            if some == 0 {
                return Ok(gone);
            }
            gone += some;
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn forget_ended(self, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.forget().await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "jobs and messages are forgotten"),
                Err(error) => tracing::warn!(%error, "jobs and messages are not forgotten"),
            }
        }
    }
}
