use keyway_core::ports::UpstreamStatus;
use keyway_core::{Error, OrgId, Principal};

use super::{Connectors, error};
use crate::App;
use crate::audit::{Event, EventKind};

/// The ids of providers, each of which has tools of its own.
const PROVIDERS: &[&str] = &["github", "linear", "slack"];

/// An MCP server that the operator configured, or that is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredServer {
    /// The slug of the organization that has it.
    pub organization: String,
    /// Its key.
    pub key: String,
    /// Where it comes from, in words for an administrator.
    pub source: String,
}

impl Connectors {
    /// The servers of the organization of `who` that are no connectors, by key, and how they are where
    /// everybody shares a connection.
    pub async fn configured(
        &self,
        who: &Principal,
    ) -> Result<Vec<(ConfiguredServer, Option<UpstreamStatus>)>, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        let own = store.organization_by_id(who.organization()).await?;
        let all = own.map_or_else(Vec::new, |own| self.app.configured_servers(&own.slug));
        let upstreams = self.app.tenant(who).upstreams();
        let of = |key: &str| upstreams.iter().find(|upstream| upstream.key() == key);
        let with = |one: ConfiguredServer| {
            let status = of(&one.key).map(|upstream| upstream.status());
            (one, status)
        };
        Ok(all.into_iter().map(with).collect())
    }
}

impl App {
    /// Has a server that everybody of the organization shares connected to anew.
    ///
    /// # Errors
    ///
    /// `connector_not_found` where there is no such server, or where this process keeps no connection.
    pub async fn reconnect_server(&self, who: &Principal, key: &str) -> Result<(), Error> {
        self.administer(who).await?;
        let upstreams = self.tenant(who).upstreams();
        let found = upstreams.iter().find(|upstream| upstream.key() == key);
        let opener = self.inner.connectors.opener.read().clone();
        let (Some(upstream), Some(opener)) = (found, opener) else {
            return Err(error::not_found());
        };
        let event = Event::new(EventKind::ConnectorTested, who)
            .target("mcp_server", key)
            .server(key);
        let anew = async {
            let known = opener.reconnect(upstream.id());
            known.then_some(()).ok_or_else(error::not_found)
        };
        self.audit().change(event, anew).await
    }

    /// Replaces what is known of servers that are no connectors: no connector gets their keys.
    pub fn set_configured_servers(&self, servers: Vec<ConfiguredServer>) {
        self.inner.connectors.configured.store(servers.into());
    }

    /// The servers of an organization that are no connectors, by key.
    pub fn configured_servers(&self, organization_slug: &str) -> Vec<ConfiguredServer> {
        let all = self.inner.connectors.configured.load();
        let own = all
            .iter()
            .filter(|one| one.organization == organization_slug);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by(|one, other| one.key.cmp(&other.key));
        own
    }

    /// What else has a key in an organization, where it is no connector.
    pub(super) fn taken_by(
        &self,
        organization: &OrgId,
        organization_slug: &str,
        key: &str,
    ) -> Option<&'static str> {
        if PROVIDERS.contains(&key) {
            return Some("a provider");
        }
        let configured = self.inner.connectors.configured.load();
        let mut own = configured
            .iter()
            .filter(|one| one.organization == organization_slug);
        if own.any(|one| one.key == key) {
            return Some("a configured MCP server");
        }
        if organization == self.home() {
            let definitions = self.definitions();
            let mut apps = definitions.registry().iter().map(|entry| {
                let slug = entry.action().slug();
                slug.split_once(':').map_or(slug, |(app, _)| app).to_owned()
            });
            if apps.any(|app| app == key) {
                return Some("an app");
            }
        }
        None
    }
}
