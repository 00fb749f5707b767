use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{BoxFuture, HeaderSource, Upstream};
use keyway_core::{Error, Secret};
use url::Url;

use super::{ProbeAnswer, ProbeError};

/// A remote MCP server to be a client of, on behalf of an administrator.
#[derive(Clone)]
pub struct ConnectorTarget {
    /// The server's key.
    pub key: String,
    /// Where it is. Whoever opens it sends nothing to any other host, whatever redirects say, and only
    /// to addresses that the gateway's guard allows.
    pub url: Url,
    /// Sent with every request.
    pub headers: Vec<(String, Secret<String>)>,
    /// Headers that change while the connection stands.
    pub renewed: Option<Arc<dyn HeaderSource>>,
    /// Whether it is connected to.
    pub enabled: bool,
    /// Only these tools are used; all where absent.
    pub allow: Option<Vec<String>>,
    /// These tools are not.
    pub deny: Vec<String>,
    /// How long connecting and each list may take.
    pub connect_timeout: Option<Duration>,
    /// How long a call may take.
    pub call_timeout: Option<Duration>,
    /// What is taken out of everything that is told of the server, besides the values of the headers.
    pub secrets: Vec<Secret<String>>,
}

impl ConnectorTarget {
    /// True when a connection to the one serves for the other.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let renewed = match (&self.renewed, &other.renewed) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        let headers = self.headers.len() == other.headers.len()
            && self
                .headers
                .iter()
                .zip(&other.headers)
                .all(|(one, other)| one.0 == other.0 && one.1.expose() == other.1.expose());
        renewed
            && headers
            && self.key == other.key
            && self.url == other.url
            && self.enabled == other.enabled
            && self.allow == other.allow
            && self.deny == other.deny
            && self.connect_timeout == other.connect_timeout
            && self.call_timeout == other.call_timeout
    }
}

impl std::fmt::Debug for ConnectorTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectorTarget")
            .field("key", &self.key)
            .field("headers", &self.headers)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Connects to remote MCP servers.
pub trait OpenConnectors: Send + Sync {
    /// Starts to connect, without waiting. What becomes of it is told under `id`, by
    /// [`App::upstream_changed`](crate::App::upstream_changed). One that is open under the id is closed.
    fn open(&self, id: &str, target: &ConnectorTarget) -> Arc<dyn Upstream>;

    /// Closes a connection. What runs over it fails.
    fn close(&self, id: &str);

    /// Connects anew, now. False when nothing is open under the id.
    fn reconnect(&self, id: &str) -> bool;
}

/// Looks at remote MCP servers from outside, in any process.
pub trait ProbeServers: Send + Sync {
    /// Whether the gateway's guard lets requests to an address out at all, as far as can be found out.
    ///
    /// # Errors
    ///
    /// `egress_refused` for an address that is not public and that `egress.allow` does not name.
    fn permits<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), Error>>;

    /// Connects to a server, reads what it lists, and lets go of it.
    ///
    /// # Errors
    ///
    /// What kept it from being tried out, without anything that was sent.
    fn probe<'a>(
        &'a self,
        target: &'a ConnectorTarget,
    ) -> BoxFuture<'a, Result<ProbeAnswer, ProbeError>>;
}
