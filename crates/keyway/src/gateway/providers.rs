use std::fmt;
use std::sync::Arc;

use keyway_core::provider::IntegrationProvider;

/// The providers that a gateway brings along.
#[derive(Clone, Default)]
pub(crate) struct Brought(pub(super) Vec<Arc<dyn IntegrationProvider>>);

impl Brought {
    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Arc<dyn IntegrationProvider>> {
        self.0.iter().map(Arc::clone)
    }
}

impl fmt::Debug for Brought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|provider| provider.id());
        f.debug_list().entries(ids).finish()
    }
}
