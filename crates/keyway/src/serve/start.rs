use std::net::SocketAddr;
use std::sync::Arc;

use keyway_http::{Forms, Front, FrontParts, Mount};
use keyway_mcp::endpoint::{self, Endpoint};
use keyway_store::{Announced, Purpose};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::base_url;
use super::running::{Parts, Running};
use super::{
    ServeError, Setup, connectors, introduction, open, pages, policy, translate, upstreams, watch,
};
use crate::Gateway;
use crate::config::{Config, Finding, Severity};

/// Starts a gateway in this process. It listens before anything slow is done, and answers once this
/// returns; upstream MCP servers connect meanwhile.
pub async fn start(gateway: &Gateway, setup: Setup) -> Result<Running, ServeError> {
    let config = &setup.config;
    refuse_open(config)?;
    let wrong = Mount::check(gateway.mounts());
    if !wrong.is_empty() {
        return Err(ServeError::Mounts(wrong));
    }
    let listener = keyway_http::bind(config.listen.bind)?;
    let address = listener.local_addr().map_err(|source| ServeError::System {
        doing: "learn the bound address",
        source,
    })?;
    let opened = Box::pin(open(gateway, config, Purpose::Serve)).await?;
    opened.keys.announce().await?;
    let watch = opened.keys.clone().run(opened.ending.clone());
    opened.tasks.spawn(watch);
    let beacon = announce(config, address);
    opened.app.served_at(&base_url(config, address));
    setup.findings.iter().for_each(remark);
    let mut servers = upstreams::servers(gateway, &setup, &opened);
    servers.take(&setup.config, &setup.findings).await;
    let pool = servers.pool();
    let by_pool = connectors::Opener {
        pool: Arc::clone(&pool),
    };
    opened.app.serve_connectors(Arc::new(by_pool)).await;
    if let Some(reload) = setup.reload {
        let config = setup.config.clone();
        let watch = watch::Watch::new(reload, servers, &opened, config, setup.findings);
        opened.tasks.spawn(Box::pin(
            watch.run(opened.tasks.clone(), opened.ending.clone()),
        ));
    }

    if let Some(path) = setup.config.policy.file.clone() {
        let approvals = setup.config.policy.approvals;
        let watch =
            policy::PolicyWatch::new(opened.app.clone(), path, approvals, opened.sources.clone());
        let watching = watch.run(opened.tasks.clone(), opened.ending.clone());
        opened.tasks.spawn(watching);
    }

    let stopping = CancellationToken::new();
    let info = introduction::server_info(gateway.identity(), &config.mcp);
    let endpoint = Endpoint::new(
        keyway_http::backend(opened.app.clone(), info),
        endpoint_settings(config),
        Arc::clone(&opened.clock),
        Arc::clone(&opened.random),
        opened.tasks.clone(),
        stopping.clone(),
    );
    let about = introduction::about(gateway.identity(), config);
    let front = Front::new(FrontParts {
        app: opened.app.clone(),
        endpoint,
        pages: Arc::new(pages::open(config, &about.title)?),
        forms: Forms::of(opened.app.definitions().registry())?,
        mounts: gateway.mounts().to_vec(),
        settings: translate::http(config, address),
        about,
        clock: Arc::clone(&opened.clock),
        random: Arc::clone(&opened.random),
        stopping: stopping.clone(),
    });
    let workers = keyway_http::Workers::start().map_err(|source| ServeError::System {
        doing: "start the threads that answer",
        source,
    })?;
    let server = TaskTracker::new();
    let serving = keyway_http::serve(
        listener,
        front,
        stopping.clone(),
        config.shutdown.grace,
        workers.clone(),
    );
    server.spawn(serving);
    let working = opened
        .app
        .clone()
        .work(stopping.clone(), config.shutdown.grace);
    server.spawn(working);
    server.close();
    Ok(Running::new(Parts {
        name: gateway.identity().name.clone(),
        address,
        config: setup.config,
        opened,
        _announced: beacon,
        pool,
        stopping,
        server,
        workers,
    }))
}

/// Lets commands beside this process name the address it has, not the one it was to have.
fn announce(config: &Config, address: SocketAddr) -> Option<Announced> {
    if config.storage.url.is_some() {
        // Several may serve, each at its own address.
        return None;
    }
    let database = config.storage.database_path();
    match Announced::announce(&database, &base_url(config, address)) {
        Ok(announced) => Some(announced),
        Err(error) => {
            tracing::warn!(%error, "links that commands make name the configured address");
            None
        }
    }
}

/// Without API keys only this machine may be able to reach the gateway.
fn refuse_open(config: &Config) -> Result<(), ServeError> {
    if config.auth.required {
        return Ok(());
    }
    let address = config.listen.bind;
    if !address.ip().to_canonical().is_loopback() {
        return Err(ServeError::OpenToOthers(address));
    }
    tracing::warn!(
        "API KEYS ARE OFF: every program and every user of this machine can use everything behind \
         this gateway. Leave `--no-auth` out unless this is a test"
    );
    Ok(())
}

/// Says something about the configuration.
pub(super) fn remark(finding: &Finding) {
    match finding.severity {
        Severity::Note => tracing::info!("{finding}"),
        Severity::Warning => tracing::warn!("{finding}"),
        Severity::Error => tracing::error!("{finding}"),
    }
}

fn endpoint_settings(config: &Config) -> endpoint::Settings {
    endpoint::Settings {
        bounds: translate::bounds(config),
        session_idle: config.mcp.session_ttl,
        sessions: config.mcp.session_limit,
        ..endpoint::Settings::default()
    }
}
