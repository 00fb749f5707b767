#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use keyway_app::setup::{MasterKeySource, Ready, first_start};
use keyway_app::{App, AppParts, Settings};
use keyway_core::Action;
use keyway_core::action::Registry;
use keyway_core::ports::{Clock, Random};
use keyway_store::{Purpose, Store};
use keyway_vault::random::SystemRandom;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A clock that a test moves.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// One process: a store of its own on a shared file, and an app over it.
pub(crate) struct Process {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: Store,
    pub(crate) key: Option<String>,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl Process {
    pub(crate) async fn start(directory: &Path, purpose: Purpose, actions: Vec<Action>) -> Self {
        let store = Store::open(&directory.join("keyway.db"), purpose)
            .await
            .unwrap();
        let clock = clock();
        let ready = ready(&store, directory).await;
        let key = ready.first_key.as_ref().map(|key| key.expose().clone());
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let app = App::new(AppParts {
            store: store.clone(),
            ready,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SystemRandom),
            registry: Registry::new(actions).unwrap(),
            settings: Settings::default(),
            tasks: tasks.clone(),
            shutdown: shutdown.clone(),
        });
        Self {
            app,
            clock,
            store,
            key,
            shutdown,
            tasks,
        }
    }

    /// Ends the background work, as a drained gateway does.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

pub(crate) fn clock() -> Arc<TestClock> {
    Arc::new(TestClock(AtomicI64::new(1_800_000_000_000)))
}

pub(crate) fn random() -> Arc<dyn Random> {
    Arc::new(SystemRandom)
}

pub(crate) fn key_file(directory: &Path) -> MasterKeySource {
    MasterKeySource {
        value: None,
        command: Vec::new(),
        file: directory.join("master.key"),
    }
}

pub(crate) async fn ready(store: &Store, directory: &Path) -> Ready {
    first_start(store, &*clock(), &random(), &key_file(directory))
        .await
        .unwrap()
}

/// Waits until a condition holds, and fails when it does not within 20 seconds.
pub(crate) async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("the condition holds within 20 seconds");
}
