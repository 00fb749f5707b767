use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use keyway_app::App;
use keyway_app::audit::{Event, EventKind, Who};
use keyway_app::setup::ORGANIZATION;
use keyway_core::OrgId;
use keyway_core::ports::{Clock, Upstream};
use keyway_mcp::upstream::Pool;
use keyway_store::Store;

use super::{Opened, connectors, defined};
use crate::Gateway;
use crate::config::{Config, Environment, Finding, McpServer};
use crate::servers::{Changes, Kept};

/// The upstream servers in use. Keeps pool and application as the configuration has them.
pub(crate) struct Servers {
    kept: Kept,
    app: App,
    store: Store,
    clock: Arc<dyn Clock>,
    gateway: Gateway,
    /// Which definitions the application has its servers of.
    bound: Option<u64>,
    /// Those that are defined, and need no credentials.
    defined: Vec<McpServer>,
    /// The keys of all that are defined: they are nobody else's.
    reserved: BTreeSet<String>,
    /// Whose each server is.
    owners: BTreeMap<String, OrgId>,
    /// Every organization that was ever given servers.
    organizations: BTreeSet<OrgId>,
}

type Shown = Vec<(OrgId, Arc<dyn Upstream>)>;

impl Servers {
    pub(super) fn new(
        pool: Pool,
        environment: Environment,
        opened: &Opened,
        gateway: Gateway,
    ) -> Self {
        Self {
            kept: Kept::new(pool, environment),
            app: opened.app.clone(),
            store: opened.store.clone(),
            clock: Arc::clone(&opened.clock),
            gateway,
            bound: None,
            defined: Vec::new(),
            reserved: BTreeSet::new(),
            owners: BTreeMap::new(),
            organizations: BTreeSet::new(),
        }
    }

    pub(crate) fn pool(&self) -> Arc<Pool> {
        self.kept.pool()
    }

    /// Takes over the servers of a configuration, as [`Kept::take`] does, and shows them to the
    /// application.
    pub(crate) async fn take(&mut self, config: &Config, findings: &[Finding]) -> Changes {
        self.kept.withhold(config.secret_variables.iter().cloned());
        self.define(config);
        let configured = connectors::configured(&self.gateway, config);
        self.app.set_configured_servers(configured);
        let mut servers = Vec::new();
        let mut owners = BTreeMap::new();
        let configured = config.mcp_servers.iter();
        let configured = configured.filter(|server| self.is_free(server));
        for server in self.defined.iter().chain(configured) {
            if let Some(organization) = self.organization(server).await {
                let owner = owners.entry(server.name.clone());
                owner.or_insert(organization);
                servers.push(server);
            }
        }
        let taken = self.kept.take(&servers, findings, self.clock.now());
        // A server that stays as it was stays whose it was.
        let before = self.owners.clone();
        let held: BTreeSet<_> = self.kept.held().map(|(name, _)| name.to_owned()).collect();
        for (name, organization) in std::mem::take(&mut self.owners) {
            if held.contains(&name) {
                owners.entry(name).or_insert(organization);
            }
        }
        self.owners = owners;
        let unusable = taken.unusable.into_iter().map(|(name, unusable)| {
            let owner = name.map_or_else(|| self.home(), |name| self.owner(&name));
            let upstream: Arc<dyn Upstream> = Arc::new(unusable);
            (owner, upstream)
        });
        let shown = unusable.collect();
        self.show(shown);
        self.write_down(&taken.changes, &before);
        taken.changes
    }

    /// Takes over the servers that are defined, where they are others than before.
    fn define(&mut self, config: &Config) {
        let digest = config.definitions.digest;
        if self.bound.replace(digest) == Some(digest) {
            return;
        }
        let all = defined::servers(&self.gateway, config);
        self.defined = all.iter().filter_map(defined::shared).collect();
        self.reserved = all.iter().map(|server| server.key().to_owned()).collect();
        defined::bind(&self.app, self.kept.pool(), &all);
    }

    /// False for a server whose key one that is defined has. At the start that is an error.
    fn is_free(&self, server: &McpServer) -> bool {
        let taken = self.reserved.contains(&server.name);
        if taken {
            let (server, place) = (&server.name, &server.place);
            tracing::error!(%server, %place, "left out an MCP server: one that is defined has its key");
        }
        !taken
    }

    /// Tells the audit log of each organization what became of its servers.
    fn write_down(&self, changes: &Changes, before: &BTreeMap<String, OrgId>) {
        let mut told: BTreeMap<OrgId, Event> = BTreeMap::new();
        for (what, names) in [
            ("added", &changes.added),
            ("changed", &changes.changed),
            ("removed", &changes.removed),
        ] {
            let mut by_owner: BTreeMap<OrgId, Vec<&str>> = BTreeMap::new();
            for name in names {
                let owner = self.owners.get(name).or_else(|| before.get(name));
                let owner = owner.map_or_else(|| self.home(), OrgId::clone);
                by_owner.entry(owner).or_default().push(name);
            }
            for (owner, names) in by_owner {
                let event = told.remove(&owner).unwrap_or_else(|| {
                    Event::new(EventKind::ServersChanged, Who::operator(&owner))
                        .target("configuration", "mcp_servers")
                });
                told.insert(owner, event.detail(what, names));
            }
        }
        for event in told.into_values() {
            self.app.audit().note(event);
        }
    }

    /// Keeps every server as it is, and shows in the status why the file cannot be used.
    pub(super) fn keep(&mut self, file: &Path, findings: &[Finding]) {
        let now = self.clock.now();
        if let Some(unusable) = self.kept.unusable_file(file, findings, now) {
            self.show(vec![(self.home(), Arc::new(unusable))]);
        }
    }

    fn home(&self) -> OrgId {
        self.app.local().organization().clone()
    }

    fn owner(&self, server: &str) -> OrgId {
        let owner = self.owners.get(server);
        owner.map_or_else(|| self.home(), OrgId::clone)
    }

    fn show(&mut self, shown: Shown) {
        let mut all: BTreeMap<OrgId, Vec<Arc<dyn Upstream>>> = BTreeMap::new();
        for organization in &self.organizations {
            all.insert(organization.clone(), Vec::new());
        }
        let held: Shown = self
            .kept
            .held()
            .map(|(name, held)| (self.owner(name), Arc::clone(&held.upstream)))
            .collect();
        for (organization, upstream) in held.into_iter().chain(shown) {
            all.entry(organization).or_default().push(upstream);
        }
        for (organization, upstreams) in all {
            self.app.set_upstreams_of(&organization, upstreams);
            self.organizations.insert(organization);
        }
    }

    async fn organization(&self, server: &McpServer) -> Option<OrgId> {
        let (server, slug) = (&server.name, &server.organization);
        if slug == ORGANIZATION {
            return Some(self.app.local().organization().clone());
        }
        match self.store.organization(slug).await {
            Ok(Some(found)) => Some(found.id),
            Ok(None) => {
                tracing::warn!(%server, %slug, "left out an MCP server: there is no such organization");
                None
            }
            Err(error) => {
                tracing::warn!(%server, %slug, %error, "left out an MCP server");
                None
            }
        }
    }
}
