use std::time::Duration;

use keyway_store::oauth::Purged;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Oauth;
use super::service::earlier;
use keyway_core::Error;

/// How often ended rows are forgotten.
const EVERY: Duration = Duration::from_mins(10);
/// How many rows of each kind go at once, so that nobody waits long for the database.
const BATCH: u32 = 500;
/// How long codes outlive their end, so that a late second use is still recognised.
const CODES: Duration = Duration::from_hours(24);
/// How long grants are still listed after their end.
const GRANTS: Duration = Duration::from_hours(24 * 30);

impl Oauth {
    /// Forgets what ended long ago. Answers how many rows went.
    pub(crate) async fn purge(&self) -> Result<u64, Error> {
        let now = self.now();
        self.forget_answers(now);
        let what = Purged {
            tokens_before: now,
            codes_before: earlier(now, CODES),
            grants_before: earlier(now, GRANTS),
            clients_before: self.clients_before(now),
        };
        let mut gone = 0;
        loop {
            match self.parts.store.purge_oauth(&what, BATCH).await? {
                0 => return Ok(gone),
                some => gone += some,
            }
            tokio::task::yield_now().await;
        }
    }

    /// Forgets what ended, now and then, until `shutdown`.
    pub(crate) async fn keep_purging(self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.purge().await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "ended grants and tokens are forgotten"),
                Err(error) => tracing::warn!(%error, "ended grants and tokens are not forgotten"),
            }
        }
    }
}
