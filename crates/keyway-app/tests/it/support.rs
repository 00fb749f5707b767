#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up fails"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use keyway_app::credentials::CredentialChoice;
use keyway_app::rotation::KeyWatch;
use keyway_app::setup::{MasterKeySource, Ready, first_start};
use keyway_app::{App, AppParts, Call, Definitions, Invocation, List, Settings, Surface};
use keyway_core::action::{Registry, Reply};
use keyway_core::credential::CredentialBook;
use keyway_core::ports::{Caller, Clock, NoCaller, Random, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Action, Error, Principal, RequestId, Subject};
use keyway_egress::{Egress, EgressConfig};
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
    /// The master keys.
    pub(crate) keys: KeyWatch,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl Process {
    pub(crate) async fn start(directory: &Path, purpose: Purpose, actions: Vec<Action>) -> Self {
        Self::start_with(directory, purpose, actions, Settings::default()).await
    }

    pub(crate) async fn start_with(
        directory: &Path,
        purpose: Purpose,
        actions: Vec<Action>,
        settings: Settings,
    ) -> Self {
        let egress = EgressConfig::default();
        Self::start_through(directory, purpose, actions, settings, egress).await
    }

    /// The same, with its own rules about the way out.
    pub(crate) async fn start_through(
        directory: &Path,
        purpose: Purpose,
        actions: Vec<Action>,
        settings: Settings,
        egress: EgressConfig,
    ) -> Self {
        let store = Store::open(&directory.join("keyway.db"), purpose)
            .await
            .unwrap();
        let clock = clock();
        let ready = ready(&store, directory).await;
        let key = ready.first_key.as_ref().map(|key| key.expose().clone());
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let keys = KeyWatch {
            store: store.clone(),
            vault: ready.vault.clone(),
            source: key_file(directory),
            random: random(),
            seen: ready.key_epoch,
        };
        if purpose == Purpose::Serve {
            keys.announce().await.unwrap();
            tasks.spawn(keys.clone().run(shutdown.clone()));
        }
        let registry = Registry::new(actions).unwrap();
        let needing = registry.iter().map(keyway_core::action::Entry::action);
        let credentials = CredentialBook::new([], needing).unwrap();
        let app = App::new(AppParts {
            definitions: Definitions::new(registry, credentials),
            store: store.clone(),
            ready,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SystemRandom),
            http: Arc::new(Egress::new(egress)),
            settings,
            tasks: tasks.clone(),
            shutdown: shutdown.clone(),
        });
        Self {
            app,
            clock,
            store,
            key,
            keys,
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

/// One process for all cases of a property, on a runtime of its own.
pub(crate) struct Shared {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) process: Process,
    _directory: tempfile::TempDir,
}

impl Shared {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let starting = Process::start(directory.path(), Purpose::Serve, Vec::new());
        Self {
            process: runtime.block_on(starting),
            runtime,
            _directory: directory,
        }
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

/// One call's surroundings: who asks, and the ways to be told.
pub(crate) struct Asking {
    pub(crate) who: Principal,
    pub(crate) caller: Arc<dyn Caller>,
    pub(crate) cancel: CancellationToken,
    pub(crate) request: RequestId,
}

impl Asking {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            who: app.local(),
            caller: Arc::new(NoCaller),
            cancel: CancellationToken::new(),
            request: app.new_request_id(),
        }
    }

    pub(crate) async fn call(
        &self,
        app: &App,
        method: RelayMethod,
        target: &str,
        params: impl serde::Serialize,
    ) -> Result<RawJson, RpcError> {
        let params = RawJson::of(&params).unwrap();
        let call = Call {
            who: &self.who,
            method,
            target,
            params: &params,
            caller: &self.caller,
            cancel: &self.cancel,
            request: &self.request,
            hops: 0,
        };
        app.call(call).await
    }

    pub(crate) async fn invoke(
        &self,
        app: &App,
        slug: &str,
        input: impl serde::Serialize,
        surface: Surface,
    ) -> Result<Reply, Error> {
        let invocation = Invocation {
            who: &self.who,
            slug,
            input: RawJson::of(&input).unwrap(),
            surface,
            caller: Arc::clone(&self.caller),
            cancel: &self.cancel,
            request: &self.request,
            credentials: CredentialChoice::default(),
        };
        app.invoke(invocation).await
    }
}

/// Calls a tool as the operator, and reads its result.
pub(crate) async fn tool(
    process: &Process,
    name: &str,
    params: serde_json::Value,
) -> serde_json::Value {
    let asking = Asking::new(&process.app);
    let result = asking.call(&process.app, RelayMethod::CallTool, name, &params);
    result.await.unwrap().read().unwrap()
}

/// Every item of a list, page by page.
pub(crate) fn listed(app: &App, who: &Principal, list: List) -> Vec<serde_json::Value> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.list(who, list, cursor.as_deref()).unwrap();
        items.extend(page.items.read::<Vec<serde_json::Value>>().unwrap());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return items;
        }
    }
}

/// Someone of an organization that has nothing here.
pub(crate) fn stranger() -> Principal {
    let id = "org_01890a5d-ac96-774b-bcce-b302099a8057";
    Principal::new(id.parse().unwrap(), Subject::Local)
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
