use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::{Change, ChangeKind, Upstream, UpstreamStatus};
use keyway_core::{OrgId, Principal};

use crate::changes::Topic;
use crate::tenant::Tenant;
use crate::{App, Notice};

/// The MCP servers of organizations, and what changes at them.
impl App {
    /// Replaces the upstreams of the first organization.
    pub fn set_upstreams(&self, upstreams: Vec<Arc<dyn Upstream>>) {
        self.inner.home.set_upstreams(upstreams);
    }

    /// Replaces the upstreams of any organization.
    pub fn set_upstreams_of(&self, organization: &OrgId, upstreams: Vec<Arc<dyn Upstream>>) {
        self.tenant_of(organization).set_upstreams(upstreams);
    }

    /// What an organization has. From here on it has something, if only an empty list.
    pub(crate) fn tenant_of(&self, organization: &OrgId) -> Arc<Tenant> {
        if *organization == self.inner.organization {
            return Arc::clone(&self.inner.home);
        }
        if let Some(tenant) = self.inner.tenants.load().get(organization) {
            return Arc::clone(tenant);
        }
        let fresh = Arc::new(Tenant::new(
            organization,
            &Arc::default(),
            Arc::clone(&self.inner.metrics),
            Arc::clone(&self.inner.settings),
            Arc::clone(&self.inner.trust),
        ));
        self.inner.tenants.rcu(|tenants| {
            let mut tenants = HashMap::clone(tenants);
            tenants
                .entry(organization.clone())
                .or_insert_with(|| Arc::clone(&fresh));
            tenants
        });
        let tenants = self.inner.tenants.load();
        tenants.get(organization).map_or(fresh, Arc::clone)
    }

    /// Takes in what changed at an upstream, and tells who listens.
    pub fn upstream_changed(&self, change: &Change) {
        if self.bound_changed(change) {
            return;
        }
        let others = self.inner.tenants.load();
        let home = (&self.inner.organization, &self.inner.home);
        for (organization, tenant) in std::iter::once(home).chain(others.iter()) {
            if !tenant.has(&change.server) {
                continue;
            }
            self.inner.changes.tell(organization, Topic::Servers);
            match &change.kind {
                ChangeKind::Lists => {
                    self.take_in(organization, tenant);
                    if let Some(server) = tenant.key_of(&change.server) {
                        self.inner.trust.listed(tenant.organization(), &server);
                    }
                }
                ChangeKind::State => self.inner.stats.moved(),
                ChangeKind::ResourceUpdated(own) => {
                    for uri in self.inner.subscriptions.exposed(&change.server, own) {
                        tenant.tell(Notice::ResourceUpdated(uri));
                    }
                }
            }
        }
    }

    /// Takes in what upstreams of an organization list now, together with what changes in the same
    /// moment where that costs much.
    pub(crate) fn take_in(&self, organization: &OrgId, tenant: &Arc<Tenant>) {
        let Some(wait) = tenant.refresh_in() else {
            return;
        };
        if wait.is_zero() {
            tenant.refresh();
            self.inner.changes.tell(organization, Topic::Tools);
            return;
        }
        let (app, tenant) = (self.clone(), Arc::clone(tenant));
        let organization = organization.clone();
        self.inner.tasks.spawn(async move {
            tokio::time::sleep(wait).await;
            tenant.refresh();
            app.inner.changes.tell(&organization, Topic::Tools);
        });
    }

    /// How the upstreams of the principal's organization are that it may see, by key.
    pub fn upstream_statuses(&self, who: &Principal) -> Vec<UpstreamStatus> {
        let (tenant, view) = (self.tenant(who), self.view(who));
        let mut all: Vec<_> = tenant
            .upstreams()
            .iter()
            .filter(|upstream| view.sees(&tenant.facts().server(upstream.key())))
            .map(|upstream| upstream.status())
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }
}
