use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use keyway_agent::model::{ModelErrorKind, ModelRequest, ModelStream};
use keyway_agent::{Model, Price};

use crate::App;

/// Who answers for the agents of a gateway.
#[derive(Clone)]
pub struct Answering {
    /// The models.
    pub model: Arc<dyn Model>,
    /// What they cost, by `vendor/model`.
    pub prices: HashMap<String, Price>,
}

impl Default for Answering {
    /// Nobody.
    fn default() -> Self {
        Self {
            model: Arc::new(Nobody),
            prices: HashMap::new(),
        }
    }
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}

/// The dials of agents.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// How long a session is held without a word of whoever runs a turn in it.
    pub lease: Duration,
    /// How many messages that wait are answered at once in this process.
    pub concurrency: u32,
    /// How many messages may wait in one session.
    pub waiting: u32,
    /// How long somebody who follows a session may take nothing of what is there before they are let go.
    pub reader: Duration,
    /// How long a session is kept in which nothing happens; for ever when absent.
    pub keep: Option<Duration>,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(20),
            concurrency: 16,
            waiting: 100,
            reader: Duration::from_secs(30),
            keep: None,
        }
    }
}

impl App {
    /// Replaces who answers. Turns that run go on as they began.
    pub fn set_models(&self, answering: Answering) {
        self.inner.answering.store(Arc::new(answering));
    }
}

/// A gateway without models.
struct Nobody;

impl Model for Nobody {
    fn stream(&self, _: ModelRequest) -> ModelStream<'_> {
        Box::pin(stream::iter([Err(ModelErrorKind::UnknownVendor.into())]))
    }
}
