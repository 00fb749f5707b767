use std::sync::Arc;

use arc_swap::ArcSwap;
use keyway_core::names::Prefix;
use keyway_core::ports::{BoxFuture, Decided, Lists, Relay, RelayMethod, Upstream, UpstreamStatus};
use keyway_core::rpc::{RawJson, RpcError};
use parking_lot::Mutex;

use super::curate::{Shown, curate};
use super::rules::{Rules, Usual};

/// An MCP server as administrators let it be seen. What may not be called never reaches it; what may
/// reaches it by its own names and is not touched.
pub(crate) struct Curated {
    inner: Arc<dyn Upstream>,
    usual: Usual,
    shown: ArcSwap<Shown>,
    /// Held while what is shown is made anew, so that of two changes the later one wins.
    making: Mutex<()>,
}

impl Curated {
    pub(crate) fn new(inner: Arc<dyn Upstream>, usual: Usual, rules: Arc<Rules>) -> Self {
        let shown = curate(inner.lists(), rules);
        Self {
            inner,
            usual,
            shown: ArcSwap::from_pointee(shown),
            making: Mutex::new(()),
        }
    }

    /// The server itself.
    pub(crate) fn inner(&self) -> &Arc<dyn Upstream> {
        &self.inner
    }

    /// What is usual for servers of its kind.
    pub(crate) fn usual(&self) -> Usual {
        self.usual
    }

    /// What holds for it.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.shown.load().rules)
    }

    /// Takes over what was decided.
    pub(crate) fn decide(&self, rules: Arc<Rules>) {
        let _held = self.making.lock();
        self.shown
            .store(Arc::new(curate(self.inner.lists(), rules)));
    }

    /// What is shown of what the server lists at this moment.
    pub(crate) fn now(&self) -> Arc<Shown> {
        let listed = self.inner.lists();
        let shown = self.shown.load_full();
        if Arc::ptr_eq(&shown.of, &listed) {
            return shown;
        }
        let _held = self.making.lock();
        let rules = Arc::clone(&self.shown.load().rules);
        let shown = Arc::new(curate(self.inner.lists(), rules));
        self.shown.store(Arc::clone(&shown));
        shown
    }
}

impl Upstream for Curated {
    fn key(&self) -> &str {
        self.inner.key()
    }

    fn id(&self) -> &str {
        self.inner.id()
    }

    fn prefix(&self) -> Prefix {
        self.inner.prefix()
    }

    fn status(&self) -> UpstreamStatus {
        self.inner.status()
    }

    fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.now().lists)
    }

    fn decided(&self, tool: &str) -> Decided {
        self.shown.load().decided(tool)
    }

    fn completes(&self) -> bool {
        !self.shown.load().is_disabled() && self.inner.completes()
    }

    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        let shown = self.shown.load();
        let refused = match relay.method {
            RelayMethod::CallTool => !shown.may_call(relay.target),
            _ => shown.is_disabled(),
        };
        if refused {
            return Box::pin(std::future::ready(Err(unknown())));
        }
        self.inner.relay(relay)
    }

    fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        if self.shown.load().is_disabled() {
            return Box::pin(std::future::ready(Err(unknown())));
        }
        self.inner.subscribe(uri)
    }

    fn unsubscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        self.inner.unsubscribe(uri)
    }
}

/// The same for what was shown a moment ago as for what never was.
fn unknown() -> RpcError {
    RpcError::new(
        RpcError::INVALID_PARAMS,
        "there is nothing of this name; the lists have all that is",
    )
}
