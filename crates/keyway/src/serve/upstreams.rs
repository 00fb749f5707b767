use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_app::setup::ORGANIZATION;
use keyway_core::OrgId;
use keyway_core::ports::Upstream;
use keyway_egress::{AllowList, AllowRule, Egress, EgressConfig};
use keyway_mcp::upstream::{Pool, PoolSettings};

use super::unusable::Unusable;
use super::{Opened, ServeError, Setup};
use crate::Gateway;
use crate::config::{Config, McpServer};

/// The way out, with the private destinations that the configuration names.
pub(super) fn egress(config: &Config) -> Result<Egress, ServeError> {
    let rules: Result<Vec<AllowRule>, ServeError> = (1..)
        .zip(&config.egress.allow)
        .map(|(number, rule)| {
            rule.parse()
                .map_err(|reason| ServeError::Egress { number, reason })
        })
        .collect();
    Ok(Egress::new(EgressConfig {
        allow: AllowList::new(rules?),
        ..EgressConfig::default()
    }))
}

/// Starts connecting to every usable server of the configuration, and shows them to the
/// application. Waits for none of them.
pub(super) async fn connect(
    gateway: &Gateway,
    setup: &Setup,
    opened: &Opened,
    egress: Egress,
) -> Pool {
    let app = opened.app.clone();
    let pool = Pool::new(
        Arc::new(egress),
        Arc::clone(&opened.clock),
        opened.tasks.clone(),
        opened.ending.clone(),
        Arc::new(move |change| app.upstream_changed(&change)),
        PoolSettings {
            client_name: gateway.identity().name.clone(),
            client_version: gateway.identity().version.clone(),
            base_env: setup
                .environment
                .for_children(&setup.config.secret_variables),
            ..PoolSettings::default()
        },
    );
    let mut by_organization: BTreeMap<OrgId, Vec<Arc<dyn Upstream>>> = BTreeMap::new();
    let now = opened.clock.now();
    for server in &setup.config.mcp_servers {
        if let Some(organization) = organization(opened, server).await {
            let upstream: Arc<dyn Upstream> = match &server.spec {
                Ok(spec) => pool.add(spec.clone()),
                Err(problems) => Arc::new(Unusable::entry(&setup.config, server, problems, now)),
            };
            by_organization
                .entry(organization)
                .or_default()
                .push(upstream);
        }
    }
    // A file whose servers are not known belongs where servers belong that do not say.
    let home = opened.app.local().organization().clone();
    for file in Unusable::files(&setup.config, &setup.findings, now) {
        let upstreams = by_organization.entry(home.clone()).or_default();
        upstreams.push(Arc::new(file));
    }
    for (organization, upstreams) in by_organization {
        opened.app.set_upstreams_of(&organization, upstreams);
    }
    pool
}

async fn organization(opened: &Opened, server: &McpServer) -> Option<OrgId> {
    let (server, slug) = (&server.name, &server.organization);
    if slug == ORGANIZATION {
        return Some(opened.app.local().organization().clone());
    }
    match opened.store.organization(slug).await {
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
