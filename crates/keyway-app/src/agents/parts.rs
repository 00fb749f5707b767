use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use keyway_agent::model::{ModelErrorKind, ModelRequest, ModelStream};
use keyway_agent::{Model, Price};
use keyway_core::agent::AgentBook;

use crate::App;

/// The agents of a gateway, and who answers for them.
#[derive(Clone)]
pub struct AgentParts {
    /// The agents. They belong to the first organization.
    pub book: AgentBook,
    /// Whoever answers.
    pub model: Arc<dyn Model>,
    /// What models cost, by `vendor/model`.
    pub prices: HashMap<String, Price>,
}

impl Default for AgentParts {
    /// No agents, and nobody who would answer.
    fn default() -> Self {
        Self {
            book: AgentBook::default(),
            model: Arc::new(Nobody),
            prices: HashMap::new(),
        }
    }
}

impl std::fmt::Debug for AgentParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentParts")
            .field("book", &self.book)
            .finish_non_exhaustive()
    }
}

/// The dials of agents.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// How long a session is held without a word of whoever runs a turn in it.
    pub lease: Duration,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(20),
        }
    }
}

impl App {
    /// Replaces the agents. Turns that run go on as they began.
    pub fn set_agents(&self, parts: AgentParts) {
        self.inner.agents.store(Arc::new(parts));
    }
}

/// A gateway without models.
struct Nobody;

impl Model for Nobody {
    fn stream(&self, _: ModelRequest) -> ModelStream<'_> {
        Box::pin(stream::iter([Err(ModelErrorKind::UnknownVendor.into())]))
    }
}
