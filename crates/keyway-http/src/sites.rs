use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use keyway_app::oauth::Site;

use crate::guard::{is_loopback, without_port};
use crate::settings::{Access, McpSettings};

/// The most origins that are remembered; the hosts a request may name are few.
const KEPT: usize = 64;

/// The authorization server under each origin that clients reach us by.
#[derive(Debug)]
pub(crate) struct Sites {
    mcp: Option<String>,
    /// The port that a loopback origin has to have, because only its `Host` says it is ours.
    port: Option<u16>,
    known: RwLock<HashMap<String, Option<Arc<Site>>>>,
}

impl Sites {
    pub(crate) fn new(mcp: &McpSettings, access: &Access) -> Self {
        let told = access.public_origin.is_some() || access.trusted_hops > 0;
        Self {
            mcp: mcp.enabled.then(|| mcp.route.clone()),
            port: access.port.filter(|_| !told),
            known: RwLock::default(),
        }
    }

    /// The server at an origin; `None` at one that no client should send a secret to: plain http
    /// over a network, and a port of this machine that is another program's.
    pub(crate) fn of(&self, origin: &str) -> Option<Arc<Site>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(site) = known.get(origin) {
            return site.clone();
        }
        drop(known);
        let site = self
            .is_ours(origin)
            .then(|| Site::new(origin, self.mcp.as_deref()).ok());
        let site = site.flatten().map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(origin.to_owned(), site.clone());
        site
    }

    fn is_ours(&self, origin: &str) -> bool {
        let (Some(port), Some(authority)) = (self.port, origin.strip_prefix("http://")) else {
            return true;
        };
        let host = without_port(authority);
        let named = authority.strip_prefix(host).unwrap_or_default();
        let named = named.strip_prefix(':').unwrap_or("80");
        !is_loopback(host) || named.parse() == Ok(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_where_secrets_may_be_sent() {
        let sites = Sites::new(&McpSettings::default(), &Access::default());
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
        let mcp = McpSettings {
            enabled: false,
            ..McpSettings::default()
        };
        let sites = Sites::new(&mcp, &Access::default());
        let site = sites.of("https://gate.example").unwrap();
        let all: Vec<_> = site
            .resources()
            .iter()
            .map(keyway_oauth::server::Resource::as_str)
            .collect();
        assert_eq!(all, ["https://gate.example/v1"]);
    }

    #[test]
    fn a_host_header_makes_no_issuer_of_a_foreign_port_of_this_machine() {
        let mut access = Access {
            port: Some(8420),
            ..Access::default()
        };
        let sites = Sites::new(&McpSettings::default(), &access);
        for origin in [
            "http://localhost:8420",
            "http://127.0.0.1:8420",
            "http://[::1]:8420",
            "https://gate.example",
        ] {
            assert!(sites.of(origin).is_some(), "{origin}");
        }
        let foreign = [
            "http://localhost:9999",
            "http://localhost",
            "http://[::1]:9999",
        ];
        for origin in foreign {
            assert!(sites.of(origin).is_none(), "{origin}");
        }
        // A proxy that is ours, or the configuration, says which address is.
        access.trusted_hops = 1;
        let sites = Sites::new(&McpSettings::default(), &access);
        assert!(sites.of("http://localhost:9999").is_some());
    }
}
