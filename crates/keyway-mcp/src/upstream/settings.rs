use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::json::Bounds;
use keyway_core::ports::{Caller, TokenSources};

/// Who answers what a legacy server, given by its key, asks outside any call.
pub type CallerOf = dyn Fn(&str) -> Option<Arc<dyn Caller>> + Send + Sync;

/// What holds for every server of a pool.
#[derive(Clone)]
pub struct PoolSettings {
    /// How we introduce ourselves (MCP `Implementation`): name.
    pub client_name: String,
    /// How we introduce ourselves: version.
    pub client_version: String,
    /// The environment child processes start from. Complete: nothing is inherited beside it, so
    /// whoever fills it leaves Keyway's own secrets out.
    pub base_env: BTreeMap<OsString, OsString>,
    /// Bounds of every JSON text that comes from a server.
    pub bounds: Bounds,
    /// The most items one list of a server may have; what comes after is left out.
    pub list_items: usize,
    /// How long a call to a server that is still connecting waits for it.
    pub wait_connecting: Duration,
    /// The pause before the first new attempt to connect; doubled with each further one.
    pub backoff_first: Duration,
    /// The longest pause between attempts.
    pub backoff_max: Duration,
    /// How long a legacy stdio server may leave `server/discover` unanswered before it is taken for
    /// one (MCP 2026-07-28, stdio, Backward Compatibility).
    pub probe: Duration,
    /// How long a child process may take to leave by itself, and again after SIGTERM.
    pub grace: Duration,
    /// Where the access tokens of servers behind OAuth come from. Without it such a server stays
    /// `auth_required`.
    pub tokens: Option<Arc<dyn TokenSources>>,
    /// Who is asked what belongs to no call, or to one of several. Only where every call is one
    /// person's own; without it, as in a gateway, such questions are refused.
    pub fallback: Option<Arc<CallerOf>>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            client_name: "keyway".into(),
            client_version: env!("CARGO_PKG_VERSION").into(),
            base_env: BTreeMap::new(),
            bounds: Bounds {
                bytes: 16 << 20,
                depth: 128,
                nodes: 1_600_000,
            },
            list_items: 10_000,
            wait_connecting: Duration::from_secs(10),
            backoff_first: Duration::from_secs(1),
            backoff_max: Duration::from_mins(1),
            probe: Duration::from_secs(5),
            grace: Duration::from_secs(2),
            tokens: None,
            fallback: None,
        }
    }
}

impl fmt::Debug for PoolSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolSettings")
            .field("client_name", &self.client_name)
            .field("base_env", &self.base_env.len())
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}
