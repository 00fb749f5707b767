use std::sync::Arc;
use std::time::Duration;

use keyway_client::approvals::{AllowList, Approvals, Fingerprint};
use keyway_client::calls::{CallParts, Calls, Server, Servers};
use keyway_client::grants::{Grants, Keep, Settings};
use keyway_core::ports::{Clock, HttpSend, ProtectedResource, TokenSources, Upstream};
use keyway_egress::{Egress, EgressConfig};
use keyway_mcp::upstream::{Auth, Http, OAuth, Pool, PoolSettings, ServerSpec, Transport};
use keyway_oauth::{Client, ClientSettings, Parts};
use keyway_vault::random::SystemRandom;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::person::Agreeable;
use crate::sign_in::Headless;

/// The name of the one server.
pub(crate) const SERVER: &str = "suite";

/// The URL the suite's authorization servers know a client document at.
const CLIENT_DOCUMENT: &str = "https://conformance-test.local/client-metadata.json";

/// A person's client with one server, in a folder that is gone afterwards.
pub(crate) struct Home {
    pub(crate) pool: Pool,
    pub(crate) server: Arc<dyn Upstream>,
    pub(crate) calls: Calls,
    pub(crate) oauth: Client,
    pub(crate) resource: ProtectedResource,
    pub(crate) sign_in: Arc<Headless>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    _folder: tempfile::TempDir,
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

struct One(Server);

impl Servers for One {
    fn servers(&self) -> Vec<Server> {
        vec![self.0.clone()]
    }
}

impl Home {
    /// Puts the client together and starts connecting.
    pub(crate) fn open(context: &Context) -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let http: Arc<dyn HttpSend> = Arc::new(Egress::new(EgressConfig::default()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random = Arc::new(SystemRandom);
        let sign_in = Arc::new(Headless {
            http: Arc::clone(&http),
        });
        let oauth = Client::new(Parts {
            http: Arc::clone(&http),
            safe: Arc::new(Grants::new(Settings {
                home: folder.path().to_owned(),
                keep: Keep::File,
                bus: None,
                random: random.clone(),
            })),
            clock: Arc::clone(&clock),
            random,
            sign_in: Some(sign_in.clone()),
            failures: None,
            settings: ClientSettings {
                client_metadata_url: Some(CLIENT_DOCUMENT.into()),
                ..ClientSettings::default()
            },
        });
        let configured = OAuth {
            client_id: context.given.client_id.clone(),
            client_secret: context.client_secret(),
            ..OAuth::default()
        };
        let resource = configured.resource(&context.url);
        let mut endpoint = Http::new(&context.url);
        if context.is_protected() {
            endpoint.auth = Auth::OAuth(configured);
        }
        let spec = ServerSpec::new(SERVER, Transport::Http(endpoint));
        let address = Fingerprint::of(&spec);
        let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let tokens: Arc<dyn TokenSources> = Arc::new(oauth.clone());
        let pool = Pool::new(
            http,
            Arc::clone(&clock),
            tasks.clone(),
            shutdown.clone(),
            Arc::new(|_| {}),
            PoolSettings {
                tokens: Some(tokens),
                ..PoolSettings::default()
            },
        );
        let server = pool.add(spec);
        let calls = Calls::new(CallParts {
            servers: Arc::new(One(Server {
                upstream: Arc::clone(&server),
                profile: String::new(),
                address,
                enabled: true,
            })),
            approvals: Arc::new(Approvals::new(folder.path(), AllowList::default(), clock)),
            person: Arc::new(Agreeable),
            model: None,
            roots: Vec::new(),
            log_level: None,
        });
        Ok(Self {
            pool,
            server,
            calls,
            oauth,
            resource,
            sign_in,
            tasks,
            shutdown,
            _folder: folder,
        })
    }

    /// Closes the connection.
    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(Duration::from_secs(5), self.tasks.wait()).await;
    }
}
