use std::sync::Arc;

use keyway_app::setup::{MasterKeySource, Ready, first_start};
use keyway_app::status;
use keyway_app::system::SystemClock;
use keyway_app::{App, AppParts};
use keyway_core::Secret;
use keyway_core::action::Registry;
use keyway_core::ports::{Clock, Random};
use keyway_store::{Purpose, Store};
use keyway_vault::random::SystemRandom;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ServeError;
use crate::Gateway;
use crate::config::Config;

/// A gateway's application over its own database, with nothing connected to it yet.
pub(crate) struct Opened {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    /// The first API key, on the first start only.
    pub(crate) first_key: Option<Secret<String>>,
    /// What runs beside the requests.
    pub(crate) tasks: TaskTracker,
    /// Ends what runs beside the requests.
    pub(crate) ending: CancellationToken,
}

/// Opens the database, reads or makes the master key, and puts the application together.
pub(crate) async fn open(
    gateway: &Gateway,
    config: &Config,
    purpose: Purpose,
) -> Result<Opened, ServeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let store = Store::open(&config.storage.database_path(), purpose).await?;
    let registry = registry(gateway, config, &clock, &store)?;
    let master_key = MasterKeySource {
        value: config.master_key.value.clone(),
        command: config.master_key.command.clone(),
        file: config.master_key.file_path(&config.storage),
    };
    let mut ready: Ready = first_start(&store, &*clock, &random, &master_key).await?;
    let first_key = ready.first_key.take();
    let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
    let app = App::new(AppParts {
        store: store.clone(),
        ready,
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        registry,
        settings: keyway_app::Settings::default(),
        tasks: tasks.clone(),
        shutdown: ending.clone(),
    });
    Ok(Opened {
        app,
        store,
        clock,
        random,
        first_key,
        tasks,
        ending,
    })
}

/// The gateway's own actions and the ones every gateway has.
fn registry(
    gateway: &Gateway,
    config: &Config,
    clock: &Arc<dyn Clock>,
    store: &Store,
) -> Result<Registry, ServeError> {
    let identity = gateway.identity();
    let (name, version) = (identity.name.as_str(), identity.version.as_str());
    let status = status::action(name, version, clock, store.clone());
    let mut actions = config.expose.apply(gateway.actions());
    actions.push(status);
    Registry::new(actions).map_err(ServeError::Clashes)
}
