use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use keyway_core::json::quote;
use keyway_core::ports::{Change, ChangeKind, Clock, HttpSend, Upstream, UpstreamState};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connect::Connector;
use super::failure::Failure;
use super::inbound::{Fallback, Signals};
use super::keeper::Keeper;
use super::redact::Redactor;
use super::server::Server;
use super::settings::PoolSettings;
use super::spec::ServerSpec;
use super::state::State;
use super::subscriptions::Subscriptions;

/// The servers Keyway is a client of. Each is connected and kept connected on its own: one that is
/// slow, dead or hostile costs the others nothing.
pub struct Pool {
    http: Arc<dyn HttpSend>,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    on_change: Arc<dyn Fn(Change) + Send + Sync>,
    settings: ArcSwap<PoolSettings>,
    servers: Mutex<BTreeMap<String, Arc<Server>>>,
}

impl Pool {
    /// An empty pool. `on_change` is called from the pool's tasks and must not block. Once
    /// `shutdown` is cancelled every connection is closed and every child process ended; `tasks`
    /// is empty when that is done.
    pub fn new(
        http: Arc<dyn HttpSend>,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
        shutdown: CancellationToken,
        on_change: Arc<dyn Fn(Change) + Send + Sync>,
        settings: PoolSettings,
    ) -> Self {
        Self {
            http,
            clock,
            tasks,
            shutdown,
            on_change,
            settings: ArcSwap::from_pointee(settings),
            servers: Mutex::default(),
        }
    }

    /// The environment that children of servers added from here on begin with.
    pub fn set_base_env(&self, base_env: BTreeMap<OsString, OsString>) {
        let settings = PoolSettings::clone(&self.settings.load());
        self.settings.store(Arc::new(PoolSettings {
            base_env,
            ..settings
        }));
    }

    /// Adds a server and starts connecting to it, without waiting. One with the same id, or key where it
    /// has none, is replaced.
    pub fn add(&self, spec: ServerSpec) -> Arc<dyn Upstream> {
        let id = spec.id().to_owned();
        let server = Arc::new(self.server(spec));
        let connector = self.connector(&server);
        let keeper = Keeper {
            server: Arc::clone(&server),
            connector,
        };
        let replaced = self.servers.lock().insert(id, Arc::clone(&server));
        if let Some(replaced) = replaced {
            replaced.stop.cancel();
        }
        self.tasks.spawn(keeper.run());
        server
    }

    /// Takes a server out and closes its connection. False when there is none with this id.
    pub fn remove(&self, id: &str) -> bool {
        let removed = self.servers.lock().remove(id);
        removed.is_some_and(|server| {
            server.removed.cancel();
            if let Some(connection) = server.connection.load_full() {
                connection.line.break_off(Failure::Removed);
            }
            server.stop.cancel();
            true
        })
    }

    /// Connects to a server anew, now: a connection it has is closed first, a pause it is in ends.
    /// False when there is no such server.
    pub fn reconnect(&self, key: &str) -> bool {
        let Some(server) = self.servers.lock().get(key).cloned() else {
            return false;
        };
        if server.is_kept() {
            // At once, so that whoever waits for the outcome does not take the old state for it.
            server.enter(UpstreamState::Connecting, None);
        }
        if let Some(connection) = server.connection.load_full() {
            connection.line.break_off(Failure::Renewed);
        }
        server.insist.notify_one();
        true
    }

    /// The servers, by id.
    pub fn list(&self) -> Vec<Arc<dyn Upstream>> {
        let servers = self.servers.lock();
        servers
            .values()
            .map(|server| Arc::clone(server) as Arc<dyn Upstream>)
            .collect()
    }

    /// How a server of this pool is connected to.
    pub(super) fn connector(&self, server: &Server) -> Connector {
        Connector {
            server: Arc::from(server.spec.key.as_str()),
            spec: Arc::clone(&server.spec),
            settings: Arc::clone(&server.settings),
            http: Arc::clone(&self.http),
            tokens: server.tokens(),
            tasks: self.tasks.clone(),
            redactor: Arc::clone(&server.redactor),
            signals: Arc::clone(&server.signals),
            client_info: format!(
                "{{\"name\":{},\"version\":{}}}",
                quote(&server.settings.client_name),
                quote(&server.settings.client_version)
            ),
            stop: server.stop.clone(),
        }
    }

    /// The most items one list of a server may have.
    pub(super) fn list_items(&self) -> usize {
        self.settings.load().list_items
    }

    pub(super) fn server(&self, spec: ServerSpec) -> Server {
        let subscriptions = Arc::new(Subscriptions::default());
        let signals = {
            let on_change = Arc::clone(&self.on_change);
            let subscriptions = Arc::clone(&subscriptions);
            let server = spec.id().to_owned();
            let updated = move |uri: &str| {
                if subscriptions.any() {
                    on_change(Change {
                        server: server.clone(),
                        kind: ChangeKind::ResourceUpdated(uri.to_owned()),
                    });
                }
            };
            let fallback = self.settings.load().fallback.clone();
            let key = spec.key.clone();
            let fallback = fallback.map(|of| Box::new(move || of(&key)) as Fallback);
            Signals::new(updated, fallback)
        };
        Server {
            redactor: Arc::new(Redactor::new(&spec)),
            spec: Arc::new(spec),
            settings: self.settings.load_full(),
            clock: Arc::clone(&self.clock),
            on_change: Arc::clone(&self.on_change),
            signals: Arc::new(signals),
            state: State::new(self.clock.now()),
            catalog: ArcSwap::default(),
            connection: ArcSwapOption::default(),
            subscriptions,
            moved: watch::Sender::new(0),
            wake: Notify::new(),
            insist: Notify::new(),
            stop: self.shutdown.child_token(),
            removed: CancellationToken::new(),
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("servers", &self.servers.lock().len())
            .finish_non_exhaustive()
    }
}
