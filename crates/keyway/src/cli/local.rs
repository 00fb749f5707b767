use keyway_app::App;
use keyway_store::{Purpose, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::Gateway;
use crate::config::Config;
use crate::serve::open;

/// The gateway's insides without its servers and sockets, for a command that works on the data
/// directory itself. A running gateway is not disturbed.
pub(crate) struct Local {
    pub(crate) app: App,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Local {
    /// Opens the data directory; a fresh one is set up as `serve` would, and the first API key told.
    pub(crate) async fn open(
        gateway: &Gateway,
        config: &Config,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let opened = open(gateway, config, Purpose::Command).await?;
        if let Some(key) = &opened.first_key {
            terminal.note(format!(
                "this was the first start here; the first API key, shown this once:\n  {}",
                key.expose()
            ));
        }
        Ok(Self {
            app: opened.app,
            tasks: opened.tasks,
            shutdown: opened.ending,
        })
    }

    /// Ends background work.
    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The database, opened beside a gateway that may run.
pub(crate) async fn store(config: &Config) -> Result<Store, Failure> {
    let path = config.storage.database_path();
    Store::open(&path, Purpose::Command).await.map_err(|error| {
        Failure::new("database", format!("cannot use the database: {error}"))
            .with_hint("`keyway doctor` looks at the data directory")
    })
}
