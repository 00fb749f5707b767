use keyway_app::rotation::KeyWatch;
use keyway_store::{Purpose, Store, StoreError};
use tempfile::TempDir;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::Gateway;
use crate::config::{self, Config};
use crate::serve::{Opened, open, open_store};

/// The gateway's insides without its servers and sockets, for a command that works on the data
/// directory itself. A running gateway is not disturbed.
pub(crate) struct Local {
    opened: Opened,
    /// Where a data directory for this one command is; it goes when the command ends.
    _scratch: Option<TempDir>,
}

impl Local {
    /// Opens the data directory. Where no gateway was ever started nothing is made: the command
    /// works on an empty data directory that goes with it.
    pub(crate) async fn open(gateway: &Gateway, config: &Config) -> Result<Self, Failure> {
        if config.storage.is_there() {
            let opened = Box::pin(open(gateway, config, Purpose::Command)).await?;
            return Ok(Self {
                opened,
                _scratch: None,
            });
        }
        let scratch = tempfile::Builder::new().prefix("keyway-").tempdir();
        let scratch = scratch.map_err(|error| {
            let message = format!("no temporary directory can be made: {}", error.kind());
            Failure::new("no_temporary_directory", message)
        })?;
        let mut config = config.clone();
        config.storage.data_dir = scratch.path().to_owned();
        config.storage.database = None;
        config.storage.url = None;
        config.master_key = config::MasterKey::default();
        let opened = Box::pin(open(gateway, &config, Purpose::Command)).await?;
        Ok(Self {
            opened,
            _scratch: Some(scratch),
        })
    }

    /// Sets up a fresh data directory as `serve` would, and tells the first API key.
    pub(crate) async fn set_up(
        gateway: &Gateway,
        config: &Config,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let opened = Box::pin(open(gateway, config, Purpose::Command)).await?;
        if let Some(key) = &opened.first_key {
            terminal.note(format!(
                "this was the first start here; the first API key, shown this once:\n  {}",
                key.expose()
            ));
        }
        let local = Self {
            opened,
            _scratch: None,
        };
        local.close().await;
        Ok(())
    }

    /// The use-cases.
    pub(crate) fn app(&self) -> &keyway_app::App {
        &self.opened.app
    }

    /// All of it.
    pub(crate) fn opened(&self) -> &Opened {
        &self.opened
    }

    /// The master keys, and where they are kept.
    pub(crate) fn keys(&self) -> &KeyWatch {
        &self.opened.keys
    }

    /// Ends background work and closes the database.
    pub(crate) async fn close(self) {
        self.opened.ending.cancel();
        self.opened.tasks.close();
        self.opened.tasks.wait().await;
        self.opened.store.close().await;
    }
}

/// The database, opened beside a gateway that may run.
pub(crate) async fn store(config: &Config) -> Result<Store, Failure> {
    let opened = open_store(config, Purpose::Command).await;
    opened.map_err(|error| unusable(&error))
}

/// Why the database cannot be used.
pub(crate) fn unusable(error: &StoreError) -> Failure {
    Failure::new("store_unusable", error.to_string())
        .with_hint("`keyway doctor` looks at the data directory and the database")
}
