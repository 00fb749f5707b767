use std::sync::Arc;

use keyway_core::ports::Upstream;

use crate::approvals::Fingerprint;

/// The servers there are now. They come and go while a process runs.
pub trait Servers: Send + Sync {
    /// All of them, in any order.
    fn servers(&self) -> Vec<Server>;
}

/// A server, and what an approval of its tools is bound to.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "an upstream has nothing to print"
)]
pub struct Server {
    /// The connection.
    pub upstream: Arc<dyn Upstream>,
    /// Whose server: empty for the person's own, else a mark of the project file that names it
    /// (`ProtectedResource::profile`).
    pub profile: String,
    /// Where it is, or what is run for it.
    pub address: Fingerprint,
    /// False when its entry says that it is not to be used.
    pub enabled: bool,
}

impl Server {
    /// The server's name.
    pub fn name(&self) -> &str {
        self.upstream.key()
    }

    /// True for the same server at the same place.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.name() == other.name()
            && self.profile == other.profile
            && self.address == other.address
    }
}
