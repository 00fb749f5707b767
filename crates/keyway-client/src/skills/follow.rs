use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::Change;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::scope::Scope;
use super::skills::{Report, Skills};
use crate::calls::Servers;

/// What changes within this time is written at once.
const TOGETHER: Duration = Duration::from_millis(150);

impl Skills {
    /// Keeps the folders in line with the servers until `stop` is cancelled: whenever one connects,
    /// goes away, lists anew, is added or removed. `scope` is asked for each time.
    pub async fn follow(
        self: Arc<Self>,
        servers: Arc<dyn Servers>,
        scope: Arc<dyn Fn() -> Option<Scope> + Send + Sync>,
        mut changes: Receiver<Change>,
        stop: CancellationToken,
    ) {
        loop {
            let skills = Arc::clone(&self);
            let (all, scope) = (servers.servers(), scope());
            let synced =
                tokio::task::spawn_blocking(move || skills.sync(&all, scope.as_ref())).await;
            match synced {
                Ok(Ok(report)) => tell(&report),
                Ok(Err(error)) => {
                    tracing::warn!(folder = %self.path().display(), %error, "the skills cannot be written");
                }
                Err(_) => return,
            }
            tokio::select! {
                () = stop.cancelled() => return,
                change = changes.recv() => if let Err(RecvError::Closed) = change { return },
            }
            tokio::time::sleep(TOGETHER).await;
            changes = changes.resubscribe();
        }
    }
}

fn tell(report: &Report) {
    for foreign in &report.foreign {
        tracing::debug!(
            server = %foreign.server,
            path = %foreign.path.display(),
            "left something alone that has the name of a skill's folder and is not Keyway's"
        );
    }
    for (server, error) in &report.failed {
        tracing::warn!(%server, %error, "the skill of a server cannot be written");
    }
}
