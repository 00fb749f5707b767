use std::sync::{Arc, Weak};

use keyway_core::ports::Caller;

use super::calls::Inner;
use super::side::Side;

/// Has the person answer what servers ask outside any call, as inside one. Keeps nothing alive:
/// once the calls are gone, nobody answers.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "its parts have nothing to print"
)]
pub struct Outside {
    inner: Weak<Inner>,
}

impl Outside {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self {
            inner: Arc::downgrade(inner),
        }
    }

    /// The person's side of what this server asks. `None` when there is no such server any more.
    pub fn caller(&self, server: &str) -> Option<Arc<dyn Caller>> {
        let inner = self.inner.upgrade()?;
        let servers = inner.servers.servers();
        let server = servers.into_iter().find(|one| one.name() == server)?;
        Some(Arc::new(Side { inner, server }))
    }
}
