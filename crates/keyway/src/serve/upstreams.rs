use std::sync::Arc;

use keyway_egress::{AllowList, AllowRule, Egress, EgressConfig};
use keyway_mcp::upstream::{Pool, PoolSettings};

use super::servers::Servers;
use super::{Opened, ServeError, Setup};
use crate::Gateway;
use crate::config::Config;

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

/// A pool without servers, and who keeps it as the configuration has it.
pub(crate) fn servers(gateway: &Gateway, setup: &Setup, opened: &Opened) -> Servers {
    let app = opened.app.clone();
    let pool = Pool::new(
        Arc::clone(&opened.http) as _,
        Arc::clone(&opened.clock),
        opened.tasks.clone(),
        opened.ending.clone(),
        Arc::new(move |change| app.upstream_changed(&change)),
        PoolSettings {
            client_name: gateway.identity().name.clone(),
            client_version: gateway.identity().version.clone(),
            ..PoolSettings::default()
        },
    );
    Servers::new(pool, setup.environment.clone(), opened, gateway.clone())
}
