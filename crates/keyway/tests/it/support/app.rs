use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use http::Method;
use keyway::config::Config;
use keyway::serve::{Running, ServeError, Setup};
use keyway::{Action, Agent, Channel, Gateway, McpServer};
use keyway_core::Secret;
use keyway_testkit::postgres::Database;
use tempfile::TempDir;

use super::client::Ask;
use super::engine;

/// A whole gateway in this process: on a free port, with a data directory of its own.
pub(crate) struct TestApp {
    pub(crate) running: Running,
    /// The API key of the first start.
    pub(crate) key: String,
    directory: TempDir,
    _database: Option<Database>,
}

pub(crate) struct Builder {
    config: Config,
    actions: Vec<Action>,
    channels: Vec<Channel>,
    servers: Vec<McpServer>,
    agents: Vec<Agent>,
    more: Vec<Change>,
}

type Change = Box<dyn FnOnce(keyway::Builder) -> keyway::Builder + Send>;

impl TestApp {
    /// A gateway with these actions and nothing else out of the ordinary.
    pub(crate) async fn with(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::builder().actions(actions).start().await
    }

    pub(crate) fn builder() -> Builder {
        let mut config = Config::default();
        config.listen.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Builder {
            config,
            actions: Vec::new(),
            channels: Vec::new(),
            servers: Vec::new(),
            agents: Vec::new(),
            more: Vec::new(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Where everything is kept.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A request without an API key.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(self.address(), method, path)
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path).bearer(&self.key)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path).bearer(&self.key)
    }
}

impl Builder {
    pub(crate) fn actions(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions.extend(actions);
        self
    }

    pub(crate) fn agents(mut self, agents: impl IntoIterator<Item = Agent>) -> Self {
        self.agents.extend(agents);
        self
    }

    pub(crate) fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    pub(crate) fn server(mut self, server: McpServer) -> Self {
        self.servers.push(server);
        self
    }

    /// With whatever else a gateway can have.
    pub(crate) fn more(
        mut self,
        change: impl FnOnce(keyway::Builder) -> keyway::Builder + Send + 'static,
    ) -> Self {
        self.more.push(Box::new(change));
        self
    }

    pub(crate) fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    pub(crate) async fn start(self) -> TestApp {
        Box::pin(self.try_start()).await.unwrap()
    }

    pub(crate) async fn try_start(mut self) -> Result<TestApp, ServeError> {
        let directory = tempfile::tempdir().unwrap();
        self.config.storage.data_dir = directory.path().join("data");
        let database = engine::wanted();
        if let Some(database) = &database {
            self.config.storage.url = Some(Secret::new(database.url()));
        }
        let gateway = Gateway::builder()
            .name("test-gateway")
            .description("A gateway for tests.")
            .actions(self.actions);
        let channels = self.channels.into_iter();
        let gateway = channels.fold(gateway, keyway::Builder::channel);
        let servers = self.servers.into_iter();
        let gateway = servers.fold(gateway, keyway::Builder::server);
        let agents = self.agents.into_iter();
        let gateway = agents.fold(gateway, keyway::Builder::agent);
        let changes = self.more.into_iter();
        let gateway = changes
            .fold(gateway, |gateway, change| change(gateway))
            .build();
        let running = Box::pin(keyway::serve::start(&gateway, Setup::new(self.config))).await?;
        let key = running
            .first_key()
            .map(|key| key.expose().clone())
            .unwrap_or_default();
        Ok(TestApp {
            running,
            key,
            directory,
            _database: database,
        })
    }
}
