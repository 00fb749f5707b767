use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::Upstream;

use crate::connectors::{Reach, Shown};

/// The upstreams that everybody of one organization shares: those that are configured or defined, and
/// connectors.
#[derive(Default)]
pub(crate) struct Shared {
    configured: Vec<Arc<dyn Upstream>>,
    connectors: Vec<Shown>,
    /// Whom those are there for that are reached with tokens, by their keys.
    tokens: HashMap<String, Reach>,
    /// Both, each as it is shown. Of two with the same key the configured one comes first.
    all: Vec<Arc<dyn Upstream>>,
    /// Whom a server is there for, by its key, where that is not everybody.
    reaches: HashMap<String, Reach>,
    /// What was made of each connection, by its id: the same connection is shown by the same object, so
    /// that what was learnt of its tools stays.
    shown: HashMap<String, (Arc<dyn Upstream>, Arc<dyn Upstream>)>,
}

impl Shared {
    /// Replaces those that are no connectors.
    pub(crate) fn configure(&mut self, all: Vec<Arc<dyn Upstream>>) {
        self.configured = all;
        self.gather();
    }

    /// Replaces the connectors; of those that are reached with tokens only whom they are there for is
    /// of matter here.
    pub(crate) fn connect(&mut self, all: Vec<Shown>, tokens: HashMap<String, Reach>) {
        self.connectors = all;
        self.tokens = tokens;
        self.gather();
    }

    /// All of them, as they are shown.
    pub(crate) fn all(&self) -> &[Arc<dyn Upstream>] {
        &self.all
    }

    /// Whom a server is there for, by its key, where that is not everybody.
    pub(crate) fn reaches(&self) -> &HashMap<String, Reach> {
        &self.reaches
    }

    fn gather(&mut self) {
        let mut before = std::mem::take(&mut self.shown);
        let mut show = |upstream: &Arc<dyn Upstream>| {
            let id = upstream.id().to_owned();
            let kept = before
                .remove(&id)
                .filter(|(of, _)| Arc::ptr_eq(of, upstream));
            let kept = kept.unwrap_or_else(|| (Arc::clone(upstream), shown(upstream)));
            let made = Arc::clone(&kept.1);
            self.shown.insert(id, kept);
            made
        };
        let configured: Vec<_> = self.configured.iter().map(&mut show).collect();
        let taken = |key: &str| configured.iter().any(|one| one.key() == key);
        let mut connectors = Vec::new();
        self.reaches.clone_from(&self.tokens);
        self.reaches.retain(|key, _| !taken(key));
        for one in &self.connectors {
            let key = one.upstream.key();
            if taken(key) {
                tracing::warn!(
                    server = key,
                    "a connector is left out: a configured MCP server has its key"
                );
                continue;
            }
            if let Some(reach) = &one.reach {
                self.reaches.insert(key.to_owned(), reach.clone());
            }
            connectors.push(show(&one.upstream));
        }
        self.all = configured;
        self.all.extend(connectors);
    }
}

/// The one place where what a server lists and answers may be put on its way to the catalogue of its
/// organization.
fn shown(upstream: &Arc<dyn Upstream>) -> Arc<dyn Upstream> {
    Arc::clone(upstream)
}
