use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::Secret;
use keyway_mcp::upstream::Pool;
use keyway_store::Announced;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::base_url;
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
    pub(super) _announced: Option<Announced>,
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
        format!("{}{}", self.base_url(), config.mcp.route)
    }

    fn base_url(&self) -> String {
        base_url(&self.parts.config, self.address())
    }

    /// The first API key; only there when this start was the first of its data directory.
    pub fn first_key(&self) -> Option<&Secret<String>> {
        self.parts.opened.first_key.as_ref()
    }

    /// What the program is called.
    pub(crate) fn name(&self) -> &str {
        &self.parts.name
    }

    /// The upstream MCP servers.
    pub fn pool(&self) -> &Pool {
        &self.parts.pool
    }

    /// The use-cases.
    pub fn app(&self) -> &keyway_app::App {
        &self.parts.opened.app
    }

    /// Says where it listens, and on a first start the API key and the set-up link.
    pub(crate) async fn announce(&self) {
        tracing::info!(url = %self.url(), "listening");
        let link = self.setup_link().await;
        if let Some(key) = self.first_key() {
            let text = first_start::welcome(&self.parts.name, &self.url(), key, link.as_ref());
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

    /// The link of a first start. Later starts only say how to get one.
    async fn setup_link(&self) -> Option<Secret<String>> {
        let app = self.app();
        let needed = app.people().needs_setup().await;
        if !self.parts.config.auth.required || !needed.unwrap_or_default() {
            return None;
        }
        if self.first_key().is_none() {
            let name = &self.parts.name;
            tracing::info!("nobody can sign in yet; `{name} setup-link` shows a link to set it up");
            return None;
        }
        match app.people().make_setup_link(&app.local()).await {
            Ok(link) => {
                let path = link.path();
                Some(Secret::new(format!("{}{}", self.base_url(), path.expose())))
            }
            Err(error) => {
                tracing::warn!(%error, "there is no set-up link; `keyway setup-link` makes one");
                None
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

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("address", &self.parts.address)
            .finish_non_exhaustive()
    }
}
