use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use keyway_core::Secret;
use keyway_mcp::upstream::Pool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Opened, first_start};
use crate::config::Config;

/// How long what runs beside the requests may take to end after them. Child processes are asked,
/// then told, then killed within it.
const WIND_UP: Duration = Duration::from_secs(10);

/// A gateway that serves. Dropping it leaves it running; [`Running::stop`] ends it.
pub struct Running {
    parts: Parts,
}

pub(super) struct Parts {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    pub(super) config: Config,
    pub(super) opened: Opened,
    pub(super) pool: Arc<Pool>,
    pub(super) stopping: CancellationToken,
    pub(super) server: TaskTracker,
    pub(super) workers: keyway_http::Workers,
}

impl Running {
    pub(super) fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.parts.address
    }

    /// The MCP endpoint's URL, as clients are told it.
    pub fn url(&self) -> String {
        let config = &self.parts.config;
        let public = config.listen.public_url.clone();
        let base = public.unwrap_or_else(|| format!("http://{}", reachable(self.address())));
        format!("{base}{}", config.mcp.route)
    }

    /// The first API key; only there when this start was the first of its data directory.
    pub fn first_key(&self) -> Option<&Secret<String>> {
        self.parts.opened.first_key.as_ref()
    }

    /// The upstream MCP servers.
    pub fn pool(&self) -> &Pool {
        &self.parts.pool
    }

    /// The use-cases.
    pub fn app(&self) -> &keyway_app::App {
        &self.parts.opened.app
    }

    /// Says where it listens, and on a first start the API key.
    pub(super) fn announce(&self) {
        tracing::info!(url = %self.url(), "listening");
        if let Some(key) = self.first_key() {
            let text = first_start::welcome(&self.parts.name, &self.url(), key);
            let mut out = std::io::stdout().lock();
            let written = out
                .write_all(text.expose().as_bytes())
                .and_then(|()| out.flush());
            if written.is_err() {
                tracing::warn!(
                    "the first API key could not be shown; `keyway api-keys create` makes another"
                );
            }
        }
    }

    /// Stops accepting, lets calls in flight finish for as long as `shutdown.grace`, then closes
    /// upstream connections, ends child processes and closes the database.
    pub async fn stop(&self) {
        self.parts.stopping.cancel();
        self.parts.server.wait().await;
        self.end().await;
        self.parts.opened.store.close().await;
    }

    /// Cancels everything without waiting for calls, and ends child processes.
    pub async fn force(&self) {
        self.parts.stopping.cancel();
        self.end().await;
    }

    async fn end(&self) {
        let opened = &self.parts.opened;
        opened.ending.cancel();
        opened.tasks.close();
        if tokio::time::timeout(WIND_UP, opened.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some work did not end in time and is left behind");
        }
        self.parts.workers.stop();
    }
}

/// An address a client on this machine can use: an unspecified one is every address, loopback too.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("address", &self.parts.address)
            .finish_non_exhaustive()
    }
}
