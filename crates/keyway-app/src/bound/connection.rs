use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::ports::{BoxFuture, Lists, Relay, Upstream, UpstreamState, UpstreamStatus};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{CredentialId, Error, Kind, OrgId};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::trust::Usual;

/// What the name of a connection ends with that is not there. No instance is called like this.
const NOBODY: &str = "nobody";

/// An instance as it was when it was leased: its id and its revision.
pub(super) type Leased = (CredentialId, i64);

/// A server as it is for one set of instances, connected or not.
pub(crate) struct Connection {
    organization: OrgId,
    usual: Usual,
    key: String,
    id: Arc<str>,
    instances: Vec<Leased>,
    open: RwLock<Option<Arc<dyn Upstream>>>,
    /// What it listed last; it stays while the connection is closed.
    lists: Mutex<Arc<Lists>>,
    /// Whether what it listed for the first time is in the catalogue of those whose it is.
    settled: AtomicBool,
    /// Calls that run, and resources that are watched.
    busy: AtomicUsize,
    /// When it was last used, in milliseconds since the epoch.
    used: AtomicI64,
    moved: Notify,
    /// Cancelled once it is nobody's any more.
    ended: CancellationToken,
}

impl Connection {
    pub(super) fn new(
        organization: &OrgId,
        usual: Usual,
        key: &str,
        id: Arc<str>,
        instances: Vec<Leased>,
    ) -> Self {
        Self {
            usual,
            organization: organization.clone(),
            key: key.to_owned(),
            id,
            instances,
            open: RwLock::default(),
            lists: Mutex::default(),
            settled: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            used: AtomicI64::new(0),
            moved: Notify::new(),
            ended: CancellationToken::new(),
        }
    }

    /// Its name: the server's key, the organization and the instances. Never another's, even after one
    /// of them changed.
    pub(super) fn name(organization: &OrgId, key: &str, instances: &[Leased]) -> Arc<str> {
        let each = instances
            .iter()
            .map(|(id, revision)| format!("{id}.{revision}"));
        let each = each.collect::<Vec<_>>().join("+");
        format!("{key}#{organization}/{each}").into()
    }

    pub(super) fn shared_id(&self) -> Arc<str> {
        Arc::clone(&self.id)
    }

    /// What stands for a connection to a server that somebody did not connect yet.
    pub(super) fn nobodys(organization: &OrgId, key: &str) -> Self {
        let id = format!("{key}#{organization}/{NOBODY}").into();
        Self::new(organization, Usual::Added, key, id, Vec::new())
    }

    /// True for what stands for one that is not there.
    pub(super) fn is_nobodys(&self) -> bool {
        self.id.ends_with(NOBODY)
    }

    /// Says what it lists, where it is none itself.
    pub(super) fn lists_like(&self, lists: &Arc<Lists>) {
        *self.lists.lock() = Arc::clone(lists);
    }

    /// What is usual for servers of its kind.
    pub(crate) fn usual(&self) -> Usual {
        self.usual
    }

    pub(super) fn organization(&self) -> &OrgId {
        &self.organization
    }

    pub(crate) fn instances(&self) -> &[Leased] {
        &self.instances
    }

    pub(super) fn used(&self, now: Timestamp) {
        self.used.store(now.as_millisecond(), Ordering::Relaxed);
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.read().is_some()
    }

    /// The server's key.
    pub(super) fn server(&self) -> &str {
        &self.key
    }

    /// When it was last used, in milliseconds since the epoch.
    pub(super) fn last_used(&self) -> i64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Opens it unless it is.
    ///
    /// # Errors
    ///
    /// What opening says, and `credential_changed` once it is nobody's any more.
    pub(super) fn open_with(
        &self,
        open: impl FnOnce() -> Result<Arc<dyn Upstream>, Error>,
    ) -> Result<(), Error> {
        let mut held = self.open.write();
        if self.ended.is_cancelled() {
            return Err(changed(&self.key));
        }
        if held.is_none() {
            *held = Some(open()?);
        }
        Ok(())
    }

    /// Lets go of the connection if that `may` be, and keeps what it listed. It is closed before it can
    /// be opened again. True when there was one.
    pub(super) fn shut_if(&self, may: impl FnOnce(&Self) -> bool, close: impl FnOnce()) -> bool {
        self.remember();
        let mut held = self.open.write();
        if held.is_none() || !may(self) {
            return false;
        }
        *held = None;
        close();
        true
    }

    /// Ends whatever runs over it.
    pub(super) fn end(&self) {
        self.ended.cancel();
    }

    /// True when nothing runs, and it was last used before `since`.
    pub(super) fn is_idle(&self, since: Timestamp) -> bool {
        self.busy.load(Ordering::SeqCst) == 0
            && self.used.load(Ordering::Relaxed) < since.as_millisecond()
    }

    /// Takes in what became of the connection.
    pub(super) fn moved(&self) {
        self.remember();
        self.moved.notify_waiters();
    }

    /// What it listed for the first time is in the catalogue now.
    pub(super) fn settle(&self) {
        self.settled.store(true, Ordering::Release);
    }

    /// False until a call saw to it that what it listed for the first time is in the catalogue.
    pub(super) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Acquire)
    }

    /// Waits until it has listed, at most for `limit`. Does not wait for one that cannot be reached.
    pub(super) async fn listed(&self, limit: Duration) {
        let waiting = async {
            loop {
                let moved = self.moved.notified();
                if self.lists().fetched_at.is_some() || !self.is_connecting() {
                    return;
                }
                moved.await;
            }
        };
        let _ = tokio::time::timeout(limit, waiting).await;
    }

    fn is_connecting(&self) -> bool {
        let first = [UpstreamState::Configured, UpstreamState::Connecting];
        let open = self.open.read();
        open.as_ref()
            .is_some_and(|open| first.contains(&open.status().state))
    }

    fn remember(&self) {
        let open = self.open.read().clone();
        if let Some(lists) = open.map(|open| open.lists())
            && lists.fetched_at.is_some()
        {
            *self.lists.lock() = lists;
        }
    }

    fn current(&self) -> Result<Arc<dyn Upstream>, RpcError> {
        self.open.read().clone().ok_or_else(|| {
            let message = format!("the MCP server `{}` is not connected; try again", self.key);
            let data = serde_json::json!({ "code": "upstream_disconnected", "server": self.key });
            RpcError::new(RpcError::INTERNAL_ERROR, message).with_data(&data)
        })
    }

    fn ended(&self) -> RpcError {
        let key = &self.key;
        let message = format!("the credential for the MCP server `{key}` was changed or revoked");
        let data = serde_json::json!({ "code": "credential_changed", "server": key });
        RpcError::new(RpcError::INTERNAL_ERROR, message).with_data(&data)
    }

    fn enter(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(&self.busy)
    }
}

struct Busy<'a>(&'a AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Upstream for Connection {
    fn key(&self) -> &str {
        &self.key
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn status(&self) -> UpstreamStatus {
        let open = self.open.read().clone();
        open.map_or_else(
            || super::standing::closed(&self.key, &self.lists()),
            |open| UpstreamStatus {
                auth: "credential",
                ..open.status()
            },
        )
    }

    fn lists(&self) -> Arc<Lists> {
        let open = self.open.read().clone();
        let now = open.map(|open| open.lists());
        let now = now.filter(|lists| lists.fetched_at.is_some());
        now.unwrap_or_else(|| Arc::clone(&self.lists.lock()))
    }

    fn completes(&self) -> bool {
        let open = self.open.read().clone();
        open.is_some_and(|open| open.completes())
    }

    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(async move {
            let _busy = self.enter();
            let open = self.current()?;
            let relayed = self.ended.run_until_cancelled(open.relay(relay)).await;
            relayed.unwrap_or_else(|| Err(self.ended()))
        })
    }

    fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(async move {
            let busy = self.enter();
            self.current()?.subscribe(uri).await?;
            // Until it ends.
            std::mem::forget(busy);
            Ok(())
        })
    }

    fn unsubscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(async move {
            self.busy.fetch_sub(1, Ordering::Relaxed);
            let open = self.open.read().clone();
            match open {
                Some(open) => open.unsubscribe(uri).await,
                None => Ok(()),
            }
        })
    }
}

/// What a connection is made for is not there any more: whoever asks again finds what is.
pub(super) fn changed(server: &str) -> Error {
    let message = format!("what the MCP server `{server}` is reached with changed just now");
    Error::new(Kind::Conflict, "credential_changed", message).with_hint("try again")
}
