use std::sync::Arc;

use keyway_app::setup::{self, MasterKeySource, Ready};
use keyway_app::system::SystemClock;
use keyway_app::{App, AppParts, Settings};
use keyway_core::action::Registry;
use keyway_core::ports::{Clock, Random};
use keyway_store::{Purpose, Store};
use keyway_vault::random::SystemRandom;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::Gateway;
use crate::config::Config;

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
        let registry =
            Registry::new(config.expose.apply(gateway.actions())).map_err(|clashes| {
                let mut failure = Failure::new("clash", "the actions of this gateway clash");
                failure.details = clashes.iter().map(ToString::to_string).collect();
                failure
            })?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let store = store(config).await?;
        let ready = ready(&store, &clock, &random, config).await?;
        if let Some(key) = &ready.first_key {
            terminal.note(format!(
                "this was the first start here; the first API key, shown this once:\n  {}",
                key.expose()
            ));
        }
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let app = App::new(AppParts {
            store,
            ready,
            clock,
            random,
            registry,
            settings: Settings::default(),
            tasks: tasks.clone(),
            shutdown: shutdown.clone(),
        });
        Ok(Self {
            app,
            tasks,
            shutdown,
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

async fn ready(
    store: &Store,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
    config: &Config,
) -> Result<Ready, Failure> {
    let source = MasterKeySource {
        value: config.master_key.value.clone(),
        command: config.master_key.command.clone(),
        file: config.master_key.file_path(&config.storage),
    };
    setup::first_start(store, &**clock, random, &source)
        .await
        .map_err(|error| {
            let mut failure = Failure::new("setup", error.to_string());
            failure.hint = error.hint().map(str::to_owned);
            failure
        })
}
