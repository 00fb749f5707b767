use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::Clock;
use keyway_core::{Error, OrgId};
use keyway_store::Store;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::changes::{Changes, Topic};
use crate::jobs::earlier;

/// How often the change counter is read: what another process decided counts here within this time.
const LOOK: Duration = Duration::from_millis(300);
/// After how many looks what is over is ended.
const LOOKS_PER_EXPIRY: u32 = 5;
/// After how many looks what is old is forgotten.
const LOOKS_PER_PURGE: u32 = 2_000;
/// How many rows go at once.
const BATCH: u32 = 200;

/// Tells whoever waits that an approval changed, here or in another process.
#[derive(Debug)]
pub(crate) struct Wake(watch::Sender<u64>);

impl Default for Wake {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl App {
    /// Tells who waits, and whoever looks at pages of an organization, that an approval changed.
    pub(super) fn approval_moved(&self, organization: &OrgId) {
        self.inner.approvals.wake();
        self.inner.changes.tell(organization, Topic::Approvals);
    }
}

impl Wake {
    /// Changes from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    /// Something changed.
    pub(crate) fn wake(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Looks for changes of other processes, ends what is over, and forgets what is old.
    pub(crate) async fn watch(
        self: Arc<Self>,
        store: Store,
        clock: Arc<dyn Clock>,
        changes: Changes,
        keep: Duration,
        shutdown: CancellationToken,
    ) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut known, mut looks) = (None, 0_u32);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            match store.approval_epoch().await {
                Ok(epoch) if known.replace(epoch).is_some_and(|before| before != epoch) => {
                    self.wake();
                    // Which organization it was is not said: each looks for itself.
                    for organization in store.organizations().await.unwrap_or_default() {
                        changes.tell(&organization.id, Topic::Approvals);
                    }
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "changes of approvals cannot be looked for"),
            }
            if looks.is_multiple_of(LOOKS_PER_EXPIRY)
                && let Err(error) = settle(&store, &*clock).await
            {
                tracing::warn!(%error, "approvals that are over cannot be ended");
            }
            if looks.is_multiple_of(LOOKS_PER_PURGE)
                && let Err(error) = forget(&store, &*clock, keep).await
            {
                tracing::warn!(%error, "old approvals are not forgotten");
            }
            looks = looks.wrapping_add(1);
        }
    }
}

async fn settle(store: &Store, clock: &dyn Clock) -> Result<(), Error> {
    let now = clock.now();
    store.expire_approvals(now).await?;
    let lost = store.lose_approvals(now).await?;
    if lost > 0 {
        tracing::warn!(
            lost,
            "approved calls ended without a word: their outcome is unknown"
        );
    }
    Ok(())
}

async fn forget(store: &Store, clock: &dyn Clock, keep: Duration) -> Result<(), Error> {
    let before = earlier(clock.now(), keep);
    while store.purge_approvals(before, BATCH).await? > 0 {
        tokio::task::yield_now().await;
    }
    Ok(())
}
