use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use keyway_app::oauth::Site;

use crate::settings::McpSettings;

/// The most origins that are remembered; the hosts a request may name are few.
const KEPT: usize = 64;

/// The authorization server under each origin that clients reach us by.
#[derive(Debug)]
pub(crate) struct Sites {
    mcp: Option<String>,
    known: RwLock<HashMap<String, Option<Arc<Site>>>>,
}

impl Sites {
    pub(crate) fn new(mcp: &McpSettings) -> Self {
        Self {
            mcp: mcp.enabled.then(|| mcp.route.clone()),
            known: RwLock::default(),
        }
    }

    /// The server at an origin; `None` at one that no client should send a secret to: plain http
    /// over a network.
    pub(crate) fn of(&self, origin: &str) -> Option<Arc<Site>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(site) = known.get(origin) {
            return site.clone();
        }
        drop(known);
        let site = Site::new(origin, self.mcp.as_deref()).ok().map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(origin.to_owned(), site.clone());
        site
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_where_secrets_may_be_sent() {
        let sites = Sites::new(&McpSettings::default());
        for (origin, mcp) in [
            ("https://gate.example", "https://gate.example/mcp"),
            ("http://127.0.0.1:8420", "http://127.0.0.1:8420/mcp"),
        ] {
            for _ in 0..2 {
                assert_eq!(sites.of(origin).unwrap().default_resource().as_str(), mcp);
            }
        }
        for origin in ["http://gate.example", "http://0.0.0.0:8420", "nonsense"] {
            assert!(sites.of(origin).is_none(), "{origin}");
        }
    }

    #[test]
    fn an_endpoint_that_is_not_served_is_no_resource() {
        let sites = Sites::new(&McpSettings {
            enabled: false,
            ..McpSettings::default()
        });
        let site = sites.of("https://gate.example").unwrap();
        let all: Vec<_> = site
            .resources()
            .iter()
            .map(keyway_oauth::server::Resource::as_str)
            .collect();
        assert_eq!(all, ["https://gate.example/v1"]);
    }
}
