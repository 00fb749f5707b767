//! What a gateway has of its own: actions and the credentials they need. One immutable snapshot,
//! which is replaced as a whole while calls run (ADR 0035).

mod difference;

use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::action::{Entry, Registry};
use keyway_core::agent::AgentBook;
use keyway_core::credential::CredentialBook;

use crate::App;
use crate::metrics::{Meter, Metrics};

pub use difference::{Aspect, Changed, Difference};

/// The actions of a gateway and the credentials they need, as they are at one moment.
#[derive(Debug, Default)]
pub struct Definitions {
    registry: Registry,
    credentials: CredentialBook,
    agents: AgentBook,
    /// The counters of each action, by slug.
    meters: HashMap<String, Arc<Meter>>,
}

impl Definitions {
    /// Actions and credentials that were checked against each other.
    pub fn new(registry: Registry, credentials: CredentialBook) -> Self {
        Self {
            registry,
            credentials,
            agents: AgentBook::default(),
            meters: HashMap::new(),
        }
    }

    /// The same with agents that were checked against the actions.
    pub fn with_agents(mut self, agents: AgentBook) -> Self {
        self.agents = agents;
        self
    }

    /// The agents.
    pub fn agents(&self) -> &AgentBook {
        &self.agents
    }

    /// The actions, wherever they are exposed.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The credentials.
    pub fn credentials(&self) -> &CredentialBook {
        &self.credentials
    }

    /// An action by its slug.
    pub(crate) fn action(&self, slug: &str) -> Option<&Entry> {
        self.registry.get(slug)
    }

    /// What counts the calls of an action.
    pub(crate) fn meter(&self, slug: &str) -> Option<&Arc<Meter>> {
        self.meters.get(slug)
    }

    /// The same, with its counters. Those of an action that was there before go on.
    pub(crate) fn metered(mut self, metrics: &Metrics) -> Self {
        let slugs = self.registry.iter().map(|entry| entry.action().slug());
        self.meters = slugs
            .map(|slug| (slug.to_owned(), metrics.action(slug)))
            .collect();
        self
    }
}

impl App {
    /// What is defined now. It stays as it is for whoever holds it.
    pub fn definitions(&self) -> Arc<Definitions> {
        self.home_tenant().definitions()
    }

    /// Replaces what is defined while calls run, and answers what clients see of it. What runs ends
    /// with what it was begun with; whoever sees another list than before is told so.
    pub fn define(&self, definitions: Definitions) -> Difference {
        let new = Arc::new(definitions.metered(self.metrics()));
        let old = self.home_tenant().define(&new);
        Difference::between(&old, &new)
    }
}
