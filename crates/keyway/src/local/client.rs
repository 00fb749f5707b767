use std::sync::Arc;
use std::time::Duration;

use keyway_app::system::SystemClock;
use keyway_client::calls::Outside;
use keyway_client::grants::{Grants, Settings};
use keyway_core::ports::{Change, ChangeKind, Clock, HttpSend, Upstream};
use keyway_egress::{AllowList, AllowRule, Egress, EgressConfig};
use keyway_mcp::upstream::{Pool, PoolSettings};
use keyway_vault::random::SystemRandom;
use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::presented::presented;
use super::reader::Reader;
use super::servers::{Configured, ServerStatus, Servers};
use super::watch::Watch;
use super::{Files, Home, Options, Project};
use crate::cli::{Failure, Invocation};
use crate::config::{Environment, Finding};
use crate::servers::{Changes, Kept};

/// How many changes somebody may be behind before the oldest are lost to them.
const CHANGES: usize = 1_024;

/// How often it is looked whether servers have settled.
const LOOK: Duration = Duration::from_millis(5);

/// How long everything may take to end. Child processes are asked, then told, then killed within it.
const WIND_UP: Duration = Duration::from_secs(10);

/// The person's MCP servers, connected, with everything they need. Cheap to clone; ended once with
/// [`LocalClient::close`], or child processes may outlive the program.
#[derive(Clone)]
pub(crate) struct LocalClient {
    parts: Arc<Parts>,
}

struct Parts {
    home: Home,
    project: Project,
    servers: Arc<Mutex<Servers>>,
    pool: Arc<Pool>,
    grants: Grants,
    oauth: keyway_oauth::Client,
    clock: Arc<dyn Clock>,
    changes: broadcast::Sender<Change>,
    tasks: TaskTracker,
    ending: CancellationToken,
    outside: Arc<Mutex<Option<Outside>>>,
}

impl LocalClient {
    /// Reads the person's file and the project's, and starts connecting, without waiting for any
    /// server. What is wrong with a file or an entry is in [`LocalClient::statuses`]; only a missing
    /// home is an error.
    pub(crate) fn start(invocation: &Invocation, options: Options) -> Result<Self, Failure> {
        let home = Home::of(&invocation.environment, &invocation.directory)?;
        let project = Project::of(&invocation.directory);
        let environment = invocation.environment.clone();
        let mut reader = Reader::new(home.clone(), project.clone(), environment.clone());
        let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let http: Arc<dyn HttpSend> = Arc::new(egress(&environment)?);
        let grants = grants(&home, &environment)?;
        let oauth = keyway_oauth::Client::new(keyway_oauth::Parts {
            http: Arc::clone(&http),
            safe: Arc::new(grants.clone()),
            clock: Arc::clone(&clock),
            random: Arc::new(SystemRandom),
            sign_in: options.sign_in,
            failures: None,
            settings: presented(&environment)?,
        });
        let (changes, _) = broadcast::channel(CHANGES);
        let identity = invocation.gateway.identity();
        let tell = changes.clone();
        let outside = Arc::new(Mutex::new(None::<Outside>));
        let asked = Arc::clone(&outside);
        let pool = Pool::new(
            http,
            Arc::clone(&clock),
            tasks.clone(),
            ending.clone(),
            Arc::new(move |change| {
                // Nobody may be listening.
                let _ = tell.send(change);
            }),
            PoolSettings {
                client_name: identity.name.clone(),
                client_version: identity.version.clone(),
                grace: options.grace,
                tokens: Some(Arc::new(oauth.clone())),
                fallback: Some(Arc::new(move |server: &str| {
                    let outside = asked.lock().clone();
                    outside?.caller(server)
                })),
                ..PoolSettings::default()
            },
        );
        let kept = Kept::new(pool, environment);
        let pool = kept.pool();
        let now = clock.now();
        let mut servers = Servers::new(kept, options.start, options.call_timeout, now);
        servers.take(reader.read(), now);
        let servers = Arc::new(Mutex::new(servers));
        if options.files == Files::Follow {
            let watch = Watch {
                reader,
                servers: Arc::clone(&servers),
                clock: Arc::clone(&clock),
                tell: teller(changes.clone()),
            };
            tasks.spawn(watch.run(tasks.clone(), ending.clone()));
        }
        Ok(Self {
            parts: Arc::new(Parts {
                home,
                project,
                servers,
                pool,
                grants,
                oauth,
                clock,
                changes,
                tasks,
                ending,
                outside,
            }),
        })
    }

    /// The time.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.parts.clock
    }

    /// The person's folder.
    pub(crate) fn home(&self) -> &Home {
        &self.parts.home
    }

    /// The project worked in.
    pub(crate) fn project(&self) -> &Project {
        &self.parts.project
    }

    /// The configured servers that are in force, usable or not.
    pub(crate) fn servers(&self) -> Vec<Configured> {
        self.parts.servers.lock().configured()
    }

    /// What is to be said about the files: errors, each of which costs that file or server, and
    /// warnings.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.parts.servers.lock().findings()
    }

    /// The servers that are connected to.
    pub(crate) fn upstreams(&self) -> Vec<Arc<dyn Upstream>> {
        self.parts.servers.lock().upstreams()
    }

    /// Everything that is configured, by name: usable or not, trusted or not, enabled or not.
    pub(crate) fn statuses(&self) -> Vec<ServerStatus> {
        let user_file = self.parts.home.user_file();
        self.parts.servers.lock().statuses(&user_file)
    }

    /// Waits until no server is connecting for the first time any more, at most this long. True
    /// when none is.
    pub(crate) async fn wait_settled(&self, most: Duration) -> bool {
        let mut changes = self.changes();
        let settled = async {
            while !self.parts.servers.lock().settled() {
                // Not everything that settles a server is told.
                let _ = tokio::time::timeout(LOOK, changes.recv()).await;
            }
        };
        tokio::time::timeout(most, settled).await.is_ok()
    }

    /// Connects to a server anew, now; one that was left out at the start is connected to. False
    /// when there is no such server, or it cannot be used.
    pub(crate) fn reconnect(&self, name: &str) -> bool {
        let now = self.parts.clock.now();
        self.parts.servers.lock().want(name, now) || self.parts.pool.reconnect(name)
    }

    /// The OAuth client role: signing in, and the grants kept.
    pub(crate) fn oauth(&self) -> &keyway_oauth::Client {
        &self.parts.oauth
    }

    /// Where the grants are kept.
    pub(crate) fn grants(&self) -> &Grants {
        &self.parts.grants
    }

    /// Changes of states and lists from here on, and of the configuration: a server that was added
    /// or removed changed its state and its lists.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.parts.changes.subscribe()
    }

    /// From here on, who answers what servers ask outside any call. Before, it is refused.
    pub(super) fn answer_outside(&self, outside: Outside) {
        *self.parts.outside.lock() = Some(outside);
    }

    /// Where work beside the caller's own is spawned; [`LocalClient::close`] waits for it.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.parts.tasks
    }

    /// Cancelled when everything is to end.
    pub(crate) fn ending(&self) -> &CancellationToken {
        &self.parts.ending
    }

    /// Closes every connection and ends every child process. A token that is being renewed is
    /// kept first.
    pub(crate) async fn close(&self) {
        self.parts.ending.cancel();
        self.parts.tasks.close();
        let ended = async {
            self.parts.tasks.wait().await;
            // A token that is being renewed may have replaced the one on disk already.
            self.parts.oauth.settle().await;
        };
        if tokio::time::timeout(WIND_UP, ended).await.is_err() {
            tracing::warn!("some work did not end in time and is left behind");
        }
    }
}

impl keyway_client::calls::Servers for LocalClient {
    fn servers(&self) -> Vec<keyway_client::calls::Server> {
        self.parts.servers.lock().callable(&self.parts.project)
    }
}

/// The way out. Addresses of entries are the person's own choice; those that servers name, such as
/// an authorization server on a private network, are allowed by the variable that a gateway knows.
pub(crate) fn egress(environment: &Environment) -> Result<Egress, Failure> {
    let listed = environment.get("KEYWAY_EGRESS_ALLOW").unwrap_or_default();
    let rules = listed.split(',').map(str::trim);
    let rules: Result<Vec<AllowRule>, _> = rules
        .filter(|rule| !rule.is_empty())
        .map(str::parse)
        .collect();
    let rules = rules.map_err(|reason| {
        let message = format!("KEYWAY_EGRESS_ALLOW: {reason}");
        Failure::usage("invalid_configuration", message)
    })?;
    Ok(Egress::new(EgressConfig {
        allow: AllowList::new(rules),
        ..EgressConfig::default()
    }))
}

/// Where the person's grants are kept. Nothing is made or opened before there is one.
fn grants(home: &Home, environment: &Environment) -> Result<Grants, Failure> {
    let keep = environment.get("KEYWAY_GRANTS").unwrap_or("auto");
    let keep = keep.parse().map_err(|expected| {
        let message = format!("KEYWAY_GRANTS: expected {expected}");
        Failure::usage("invalid_configuration", message)
    })?;
    Ok(Grants::new(Settings {
        home: home.dir().to_owned(),
        keep,
        bus: environment
            .get("DBUS_SESSION_BUS_ADDRESS")
            .map(str::to_owned),
        random: Arc::new(SystemRandom),
    }))
}

fn teller(changes: broadcast::Sender<Change>) -> Arc<dyn Fn(&Changes) + Send + Sync> {
    Arc::new(move |what| {
        let names = [&what.added, &what.changed, &what.removed];
        for server in names.into_iter().flatten() {
            for kind in [ChangeKind::State, ChangeKind::Lists] {
                let server = server.clone();
                // Nobody may be listening.
                let _ = changes.send(Change { server, kind });
            }
        }
    })
}
