use keyway_store::{Purpose, Store};

use super::failure::Failure;
use super::terminal::Terminal;
use crate::Gateway;
use crate::config::Config;
use crate::serve::{Opened, open};

/// The gateway's insides without its servers and sockets, for a command that works on the data
/// directory itself. A running gateway is not disturbed.
pub(crate) struct Local(Opened);

impl Local {
    /// Opens the data directory; a fresh one is set up as `serve` would, and the first API key told.
    pub(crate) async fn open(
        gateway: &Gateway,
        config: &Config,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let opened = Box::pin(open(gateway, config, Purpose::Command)).await?;
        if let Some(key) = &opened.first_key {
            terminal.note(format!(
                "this was the first start here; the first API key, shown this once:\n  {}",
                key.expose()
            ));
        }
        Ok(Self(opened))
    }

    /// The use-cases.
    pub(crate) fn app(&self) -> &keyway_app::App {
        &self.0.app
    }

    /// Ends background work and closes the database.
    pub(crate) async fn close(self) {
        self.0.ending.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.store.close().await;
    }
}

/// The database, opened beside a gateway that may run.
pub(crate) async fn store(config: &Config) -> Result<Store, Failure> {
    let path = config.storage.database_path();
    Store::open(&path, Purpose::Command).await.map_err(|error| {
        Failure::new("store_unusable", error.to_string())
            .with_hint("`keyway doctor` looks at the data directory")
    })
}
