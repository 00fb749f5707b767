use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::App;

/// How often the change counter is read: what another process changed holds here within this time.
const LOOK: Duration = Duration::from_millis(300);

/// Keeps the connectors that are connected to true to the store until `shutdown`.
pub(crate) async fn watch(app: App, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut failing, mut seen) = (false, None);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = app.inner.connectors.changed.notified() => {}
            _ = ticks.tick() => {}
        }
        if app.inner.connectors.opener.read().is_none() {
            continue;
        }
        let looked = async {
            let epoch = app.inner.store.connector_epoch().await?;
            if seen != Some(epoch) {
                app.take_connectors().await?;
                seen = Some(epoch);
            }
            Ok::<_, keyway_core::Error>(())
        };
        match looked.await {
            Ok(()) => failing = false,
            Err(error) if failing => tracing::debug!(%error, "connectors are still not refreshed"),
            Err(error) => {
                failing = true;
                tracing::warn!(%error, "connectors are not refreshed: removed ones may still be used");
            }
        }
    }
}
