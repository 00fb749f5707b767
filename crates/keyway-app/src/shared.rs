use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::Upstream;

use crate::connectors::{Reach, Shown};
use crate::trust::{Lens, Usual};

/// The upstreams that everybody of one organization shares: those that are configured or defined, and
/// connectors.
pub(crate) struct Shared {
    configured: Vec<Arc<dyn Upstream>>,
    connectors: Vec<Shown>,
    /// Whom those are there for that are reached with tokens, by their keys.
    tokens: HashMap<String, Reach>,
    /// Both, each as it is shown. Of two with the same key the configured one comes first.
    all: Vec<Arc<dyn Upstream>>,
    /// Whom a server is there for, by its key, where that is not everybody.
    reaches: HashMap<String, Reach>,
    lens: Lens,
}

impl Shared {
    /// Nothing yet.
    pub(crate) fn new(lens: Lens) -> Self {
        Self {
            configured: Vec::new(),
            connectors: Vec::new(),
            tokens: HashMap::new(),
            all: Vec::new(),
            reaches: HashMap::new(),
            lens,
        }
    }

    /// Replaces those that are no connectors.
    pub(crate) fn configure(&mut self, all: Vec<Arc<dyn Upstream>>) {
        self.configured = all;
        self.gather();
    }

    /// Replaces the connectors; of those that are reached with tokens only whom they are there for is
    /// of matter here. Answers whether some were added and nothing else changed.
    pub(crate) fn connect(&mut self, all: Vec<Shown>, tokens: HashMap<String, Reach>) -> bool {
        let (before, reached_before) = (self.all.clone(), self.reaches.clone());
        self.connectors = all;
        self.tokens = tokens;
        self.gather();
        let mut now = self.all.iter();
        let stay = before
            .iter()
            .all(|one| now.any(|other| Arc::ptr_eq(one, other)));
        let same = |key: &str| reached_before.get(key) == self.reaches.get(key);
        stay && reached_before.keys().all(|key| same(key))
            && before.iter().all(|one| same(one.key()))
    }

    /// All of them, as they are shown.
    pub(crate) fn all(&self) -> &[Arc<dyn Upstream>] {
        &self.all
    }

    /// Whom a server is there for, by its key, where that is not everybody.
    pub(crate) fn reaches(&self) -> &HashMap<String, Reach> {
        &self.reaches
    }

    /// A server as administrators let it be seen.
    pub(crate) fn shown(&self, upstream: &Arc<dyn Upstream>, usual: Usual) -> Arc<dyn Upstream> {
        self.lens.shown(upstream, usual)
    }

    fn gather(&mut self) {
        let operators = |one| self.lens.shown(one, Usual::Operators);
        let configured: Vec<_> = self.configured.iter().map(operators).collect();
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
            connectors.push(self.lens.shown(&one.upstream, Usual::Added));
        }
        // Only now do those go that were there before: what is shown of a connection that stays is the
        // same object, so that what was learnt of its tools stays.
        self.all = configured;
        self.all.extend(connectors);
    }
}
