//! Remote MCP servers that administrators connect while the gateway runs.

use std::sync::Arc;

use keyway_app::connectors::{
    ConfiguredServer, ConnectorTarget, OpenConnectors, ProbeAnswer, ProbeError, ProbeFailure,
    ProbeServers,
};
use keyway_app::setup::ORGANIZATION;
use keyway_core::ports::{BoxFuture, Clock, Destination, Hosts, HttpError, Upstream};
use keyway_core::{Error, Kind};
use keyway_egress::Egress;
use keyway_mcp::upstream::{
    Http, Pool, PoolSettings, ServerSpec, Timeouts, ToolFilter, Transport, TrialFailure,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::defined;
use crate::Gateway;
use crate::config::Config;

/// Connects to them in the pool that the configured servers are in too.
pub(super) struct Opener {
    pub(super) pool: Arc<Pool>,
}

impl OpenConnectors for Opener {
    fn open(&self, id: &str, target: &ConnectorTarget) -> Arc<dyn Upstream> {
        let mut spec = spec(target);
        spec.id = Some(id.to_owned());
        self.pool.add(spec)
    }

    fn close(&self, id: &str) {
        self.pool.remove(id);
    }

    fn reconnect(&self, id: &str) -> bool {
        self.pool.reconnect(id)
    }
}

/// Looks at them from outside.
pub(super) struct Prober {
    http: Arc<Egress>,
    /// Servers are tried out beside those that are connected to.
    pool: Pool,
}

impl Prober {
    pub(super) fn new(
        gateway: &Gateway,
        http: &Arc<Egress>,
        clock: &Arc<dyn Clock>,
        tasks: &TaskTracker,
        ending: &CancellationToken,
    ) -> Self {
        let settings = PoolSettings {
            client_name: gateway.identity().name.clone(),
            client_version: gateway.identity().version.clone(),
            ..PoolSettings::default()
        };
        Self {
            pool: Pool::new(
                Arc::clone(http) as _,
                Arc::clone(clock),
                tasks.clone(),
                ending.clone(),
                Arc::new(|_| {}),
                settings,
            ),
            http: Arc::clone(http),
        }
    }
}

impl ProbeServers for Prober {
    fn permits<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            match self.http.permits(url.as_str(), Destination::Guarded).await {
                Err(HttpError::Refused(_)) => Err(Error::new(
                    Kind::Invalid,
                    "egress_refused",
                    "the address is not on the public internet",
                )
                .with_hint("the operator allows it by `egress.allow`")),
                _ => Ok(()),
            }
        })
    }

    fn probe<'a>(
        &'a self,
        target: &'a ConnectorTarget,
    ) -> BoxFuture<'a, Result<ProbeAnswer, ProbeError>> {
        Box::pin(async move {
            match self.pool.try_out(spec(target)).await {
                Ok(trial) => Ok(ProbeAnswer {
                    server_name: trial.server_name,
                    server_version: trial.server_version,
                    protocol: trial.protocol.to_owned(),
                    is_modern: trial.is_modern,
                    over_sse: trial.over_sse,
                    tools: trial.tools,
                    resources: trial.resources,
                    prompts: trial.prompts,
                    warnings: trial.warnings,
                    took: trial.took,
                }),
                Err(not) => Err(ProbeError {
                    failure: failure(not.failure),
                    reason: not.reason,
                    took: not.took,
                }),
            }
        })
    }
}

fn failure(of: TrialFailure) -> ProbeFailure {
    match of {
        TrialFailure::WantsOauth => ProbeFailure::WantsOauth,
        TrialFailure::WantsCredentials => ProbeFailure::WantsCredentials,
        TrialFailure::RefusedCredentials => ProbeFailure::RefusedCredentials,
        TrialFailure::Redirected => ProbeFailure::Redirected,
        TrialFailure::RefusedAddress => ProbeFailure::RefusedAddress,
        TrialFailure::Unreachable => ProbeFailure::Unreachable,
        TrialFailure::Timeout => ProbeFailure::Timeout,
        TrialFailure::NotMcp => ProbeFailure::NotMcp,
        TrialFailure::Failed => ProbeFailure::Failed,
    }
}

/// How a connector is reached. Its address was typed by somebody who is not the operator: the guard
/// applies. What it is sent goes to its own host only, whatever redirects say.
fn spec(target: &ConnectorTarget) -> ServerSpec {
    let mut http = Http::new(target.url.as_str());
    http.headers.clone_from(&target.headers);
    http.destination = Destination::Guarded;
    http.hosts = host(&target.url).and_then(|host| Hosts::new([host]).ok());
    http.renewed.clone_from(&target.renewed);
    let mut spec = ServerSpec::new(&target.key, Transport::Http(http));
    spec.enabled = target.enabled;
    spec.secrets.clone_from(&target.secrets);
    spec.tools = ToolFilter {
        allow: target.allow.clone(),
        deny: target.deny.clone(),
    };
    let usual = Timeouts::default();
    spec.timeouts = Timeouts {
        connect: target.connect_timeout.unwrap_or(usual.connect),
        call: target.call_timeout.or(usual.call),
    };
    spec
}

fn host(url: &Url) -> Option<String> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    Some(format!("{host}:{port}"))
}

/// The servers that are no connectors, wherever they come from.
pub(super) fn configured(gateway: &Gateway, config: &Config) -> Vec<ConfiguredServer> {
    let defined = defined::servers(gateway, config);
    let defined = defined.into_iter().map(|server| ConfiguredServer {
        organization: ORGANIZATION.to_owned(),
        key: server.key().to_owned(),
        source: server.defined_at().to_string(),
    });
    let configured = config.mcp_servers.iter().map(|server| ConfiguredServer {
        organization: server.organization.clone(),
        key: server.name.clone(),
        source: server.place.to_string(),
    });
    defined.chain(configured).collect()
}
