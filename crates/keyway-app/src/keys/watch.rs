use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::KeyRing;

/// How often the change counter is read: what another process revokes ends here within this time.
const LOOK: Duration = Duration::from_secs(1);
/// After how many looks the last uses are written down.
const LOOKS_PER_RECORD: u32 = 30;

/// Keeps the ring true to the store until `shutdown`, then writes down the last uses.
pub(crate) async fn watch(ring: Arc<KeyRing>, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    let mut looks = 0u32;
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        looks = looks.wrapping_add(1);
        let mut outcome = ring.refresh().await;
        if outcome.is_ok() && looks.is_multiple_of(LOOKS_PER_RECORD) {
            outcome = ring.record_uses().await;
        }
        match outcome {
            Ok(()) => failing = false,
            Err(error) if failing => tracing::debug!(%error, "API keys are still not refreshed"),
            Err(error) => {
                failing = true;
                tracing::warn!(%error, "API keys are not refreshed: revoked ones may still work");
            }
        }
    }
    if let Err(error) = ring.record_uses().await {
        tracing::warn!(%error, "the last uses of API keys are not written down");
    }
}
