use std::sync::Arc;

use keyway_core::OrgId;
use keyway_core::ports::Upstream;

use super::rules::Usual;
use super::table::Trust;

/// The servers of one organization as its administrators let them be seen.
pub(crate) struct Lens {
    organization: OrgId,
    trust: Arc<Trust>,
}

impl Lens {
    pub(crate) fn new(organization: OrgId, trust: Arc<Trust>) -> Self {
        Self {
            organization,
            trust,
        }
    }

    /// A server as it may be seen. The same object for the same connection, as long as it is in use.
    pub(crate) fn shown(&self, upstream: &Arc<dyn Upstream>, usual: Usual) -> Arc<dyn Upstream> {
        self.trust.shown(&self.organization, upstream, usual)
    }
}
