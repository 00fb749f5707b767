use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::{Error, OrgId};
use keyway_store::{Store, StoredState};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Tally;

/// How often what was counted is written.
const EVERY: Duration = Duration::from_secs(5);

/// How many rows are written at once, so that nobody waits long for the database.
const BATCH: usize = 200;

/// Counts on their way to the database, and what was last written of each server.
pub(crate) struct Stats {
    store: Store,
    tally: Arc<Tally>,
    writing: tokio::sync::Mutex<()>,
    /// By organization and server: the state that was written last.
    pub(super) written: Mutex<HashMap<OrgId, Written>>,
    /// The state of a server changed.
    pub(super) moved: Notify,
}

/// The states of an organization's servers that were written last, by key, each with its reason.
pub(super) type Written = HashMap<String, (StoredState, Option<String>)>;

impl Stats {
    pub(crate) fn new(store: Store, tally: Arc<Tally>) -> Self {
        Self {
            store,
            tally,
            writing: tokio::sync::Mutex::default(),
            written: Mutex::default(),
            moved: Notify::new(),
        }
    }

    /// The state of a server changed.
    pub(crate) fn moved(&self) {
        self.moved.notify_one();
    }

    /// Writes what was counted every so often, and after `drained`, when nothing more is counted, the
    /// rest.
    pub(crate) async fn keep(self: Arc<Self>, drained: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while drained.run_until_cancelled(ticks.tick()).await.is_some() {
            self.write_or_say().await;
        }
        self.write_or_say().await;
    }

    /// Writes what was counted so far. What cannot be written is kept for the next time.
    pub(super) async fn write(&self) -> Result<(), Error> {
        let _one_at_a_time = self.writing.lock().await;
        let mut rows = self.tally.take();
        while !rows.is_empty() {
            let batch = rows.split_off(rows.len().saturating_sub(BATCH));
            if let Err(error) = self.store.add_call_stats(&batch).await {
                rows.extend(batch);
                self.tally.put_back(rows);
                return Err(error.into());
            }
        }
        Ok(())
    }

    async fn write_or_say(&self) {
        if let Err(error) = self.write().await {
            tracing::warn!(%error, "what calls did is not written down yet");
        }
    }
}
