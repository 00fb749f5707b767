use std::sync::Arc;

use keyway_app::{Definitions, status};
use keyway_core::action::{Clash, Entry, Registry};
use keyway_core::agent::AgentBook;
use keyway_core::credential::CredentialBook;
use keyway_core::ports::Clock;
use keyway_core::provider::Providers;
use keyway_core::{Action, Agent};
use keyway_store::Store;

use super::{ServeError, defined, scheduled};
use crate::Gateway;
use crate::config::Config;

/// What a gateway has of its own: what its author and the configuration define, and the actions that
/// every gateway has. Made anew when the configuration is read again.
#[derive(Clone)]
pub(super) struct Defining {
    pub(super) gateway: Gateway,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
    /// Whose tools are actions.
    pub(super) providers: Providers,
}

impl Defining {
    /// Holds it all together.
    pub(super) fn definitions(&self, config: &Config) -> Result<Definitions, ServeError> {
        let registry = self.registry(config)?;
        let credentials = credentials(&self.gateway, config, &registry)?;
        let agents = agents(&self.gateway, config, &registry)?;
        Ok(Definitions::new(registry, credentials).with_agents(agents))
    }

    fn registry(&self, config: &Config) -> Result<Registry, ServeError> {
        let unmet = unmet(&self.gateway, config);
        if !unmet.is_empty() {
            return Err(ServeError::Clashes(unmet));
        }
        let identity = self.gateway.identity();
        let (name, version) = (identity.name.as_str(), identity.version.as_str());
        let status = status::action(name, version, &self.clock, self.store.clone());
        let mut actions = actions(&self.gateway, config);
        actions.push(status);
        actions.extend(self.providers.actions());
        let levels = config.mcp.markdown_depth_limit;
        let actions = actions
            .into_iter()
            .map(|action| action.markdown_depth_by_default(levels))
            .map(|action| action.around_all(self.gateway.surrounding()))
            .collect();
        Registry::new(actions).map_err(ServeError::Clashes)
    }
}

/// The credentials of the gateway's apps, and those its actions and MCP servers need. The servers are
/// held against them and against the configured ones.
pub(crate) fn credentials(
    gateway: &Gateway,
    config: &Config,
    registry: &Registry,
) -> Result<CredentialBook, ServeError> {
    let defined = gateway.credentials().iter();
    let defined = defined.chain(&config.definitions.credentials).cloned();
    let actions = registry.iter().map(Entry::action);
    let servers = defined::servers(gateway, config);
    let book = CredentialBook::new(defined, actions);
    let book = book.and_then(|book| book.with_servers(&servers));
    let book = book.map_err(ServeError::Clashes)?;
    let clashes = defined::clashes(&servers, config, &book);
    if clashes.is_empty() {
        Ok(book)
    } else {
        Err(ServeError::Clashes(clashes))
    }
}

/// The actions of the gateway's author, those defined without code, exposed as configured, and those
/// that are agents.
pub(crate) fn actions(gateway: &Gateway, config: &Config) -> Vec<Action> {
    let mut all = scheduled::apply(config.expose.apply(&all(gateway, config)), config);
    all.extend(all_agents(gateway, config).map(Agent::to_action));
    all
}

/// What definitions say of actions and does not hold.
pub(crate) fn unmet(gateway: &Gateway, config: &Config) -> Vec<Clash> {
    scheduled::clashes(&all(gateway, config), config)
}

fn all(gateway: &Gateway, config: &Config) -> Vec<Action> {
    let defined = &config.definitions;
    let all = gateway.actions().iter().chain(&defined.actions);
    let all = all.chain(&defined.resources).chain(&defined.prompts);
    all.cloned().collect()
}

/// The agents of the gateway's author and those defined without code, held against what they use.
pub(crate) fn agents(
    gateway: &Gateway,
    config: &Config,
    registry: &Registry,
) -> Result<AgentBook, ServeError> {
    let configured = config.mcp_servers.iter();
    let configured = configured.map(|server| server.name.as_str());
    let defined = defined::servers(gateway, config);
    let defined = defined.iter().map(keyway_core::McpServer::key);
    let all = all_agents(gateway, config).cloned();
    AgentBook::new(all, registry, configured.chain(defined)).map_err(ServeError::Agents)
}

fn all_agents<'a>(gateway: &'a Gateway, config: &'a Config) -> impl Iterator<Item = &'a Agent> {
    gateway.agents().iter().chain(&config.definitions.agents)
}

/// What definitions are made of. Where it is the same, so are they.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Basis {
    text: u64,
    expose: Vec<crate::config::Surface>,
    levels: usize,
}

impl Basis {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            text: config.definitions.digest,
            expose: config.expose.default.clone(),
            levels: config.mcp.markdown_depth_limit,
        }
    }
}
