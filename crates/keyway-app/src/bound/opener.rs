use std::sync::Arc;

use keyway_core::credential::Lease;
use keyway_core::ports::{HeaderSource, Upstream};
use keyway_core::{Error, McpServer};

/// Opens connections to MCP servers with leased credentials.
pub trait OpenServer: Send + Sync {
    /// Starts to connect, without waiting. What becomes of it is told under `id`, by
    /// [`App::upstream_changed`](crate::App::upstream_changed). Where what was leased is renewed now and
    /// then, `renewed` has the headers that are made of it at each moment.
    ///
    /// # Errors
    ///
    /// What was leased cannot be sent to the server. The error holds nothing of it.
    fn open(
        &self,
        id: &str,
        server: &McpServer,
        lease: &Lease,
        renewed: Option<Arc<dyn HeaderSource>>,
    ) -> Result<Arc<dyn Upstream>, Error>;

    /// Closes a connection. What runs over it fails.
    fn close(&self, id: &str);
}
