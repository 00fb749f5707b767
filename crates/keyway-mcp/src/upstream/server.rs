use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use http::{HeaderName, HeaderValue};
use keyway_core::names::Prefix;
use keyway_core::ports::{
    BoxFuture, Change, ChangeKind, Clock, Lists, Relay, RelayMethod, Upstream, UpstreamState,
    UpstreamStatus,
};
use keyway_core::rpc::{RawJson, RpcError};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::failure::Failure;
use super::inbound::{self, Signals};
use super::lists::Catalog;
use super::mrtr;
use super::params::mirrored;
use super::redact::Redactor;
use super::settings::PoolSettings;
use super::spec::{Auth, HttpKind, ServerSpec, Transport};
use super::state::State;
use super::subscriptions::Subscriptions;
use super::tokens::Tokens;

/// How long a repeated call waits for lists to be read anew.
const RELIST: Duration = Duration::from_secs(10);

/// One server of a pool: what is known of it, and the connection while there is one.
pub(super) struct Server {
    pub(super) spec: Arc<ServerSpec>,
    pub(super) settings: Arc<PoolSettings>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) on_change: Arc<dyn Fn(Change) + Send + Sync>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) signals: Arc<Signals>,
    pub(super) state: State,
    pub(super) catalog: ArcSwap<Catalog>,
    pub(super) connection: ArcSwapOption<Connection>,
    pub(super) subscriptions: Arc<Subscriptions>,
    /// Grows with every change of the connection and with every reading of the lists.
    pub(super) moved: watch::Sender<u64>,
    /// Asks for an attempt to connect before its time.
    pub(super) wake: Notify,
    /// Asks for an attempt to connect at once, whatever the state.
    pub(super) insist: Notify,
    pub(super) stop: CancellationToken,
    /// It was taken out of its pool.
    pub(super) removed: CancellationToken,
}

impl Server {
    pub(super) fn tell(&self, kind: ChangeKind) {
        (self.on_change)(Change {
            server: self.spec.id().to_owned(),
            kind,
        });
    }

    /// Enters a state and tells who listens. The reason is cleaned of secrets here.
    pub(super) fn enter(&self, state: UpstreamState, reason: Option<&str>) {
        self.enter_until(state, reason, None);
    }

    /// The same for a state that lasts until the next attempt to connect.
    pub(super) fn leave(
        &self,
        state: UpstreamState,
        reason: &str,
        next_retry: Option<jiff::Timestamp>,
    ) {
        self.enter_until(state, Some(reason), next_retry);
    }

    fn enter_until(
        &self,
        state: UpstreamState,
        reason: Option<&str>,
        next_retry: Option<jiff::Timestamp>,
    ) {
        let reason = reason.map(|reason| self.redactor.clean(reason).into_owned());
        let now = self.clock.now();
        if self.state.enter(state, reason, next_retry, now) {
            self.tell(ChangeKind::State);
        }
        self.moved.send_modify(|moved| *moved += 1);
    }

    /// True when a keeper connects to it: it is enabled, and tokens can be had where it wants some.
    pub(super) fn is_kept(&self) -> bool {
        self.spec.enabled && (!self.spec.wants_tokens() || self.settings.tokens.is_some())
    }

    /// The tokens of a server behind OAuth, where there are any.
    pub(super) fn tokens(&self) -> Option<Arc<Tokens>> {
        let Transport::Http(http) = &self.spec.transport else {
            return None;
        };
        let (Auth::OAuth(oauth), Some(sources)) = (&http.auth, &self.settings.tokens) else {
            return None;
        };
        let source = sources.source(&self.spec.key, &oauth.resource(&http.url));
        Some(Arc::new(Tokens::new(source, Arc::clone(&self.redactor))))
    }

    async fn hand_through(&self, relay: Relay<'_>) -> Result<RawJson, RpcError> {
        let key = &self.spec.key;
        if relay.method == RelayMethod::CallTool && !self.spec.tools.admits(relay.target) {
            return Err(RpcError::new(
                RpcError::INVALID_PARAMS,
                "there is no such tool",
            ));
        }
        let mut connection = match self.connected() {
            Some(connection) => connection,
            None => self.wait_connected(&relay).await?,
        };
        let mut repeated = false;
        loop {
            let headers = self.headers_for(&relay);
            let limit = self.spec.timeouts.call;
            let failure = match connection.relay(&relay, headers, None, limit).await {
                Ok(result) => {
                    if mrtr::asks(&connection, &relay, &result) {
                        let answered = mrtr::complete(self, &connection, &relay, result);
                        return Box::pin(answered).await;
                    }
                    return Ok(result);
                }
                Err(failure) => failure,
            };
            // What one call lacks, another one need not.
            if failure.breaks_connection() && !matches!(failure, Failure::Scope(_)) {
                connection.line.break_off(failure.clone());
            }
            if repeated || relay.cancel.is_cancelled() {
                return Err(failure.to_rpc(key));
            }
            repeated = true;
            match failure {
                // Neither was carried out, so each may be sent once more.
                Failure::SessionGone | Failure::WrongEra => {
                    connection = Box::pin(self.wait_other(&connection, &relay)).await?;
                }
                Failure::HeaderMismatch(_) => Box::pin(self.relist()).await,
                failure => return Err(failure.to_rpc(key)),
            }
        }
    }

    fn connected(&self) -> Option<Arc<Connection>> {
        self.connection
            .load_full()
            .filter(|connection| !connection.line.gone.is_cancelled())
    }

    pub(super) fn headers_for(&self, relay: &Relay<'_>) -> Vec<(HeaderName, HeaderValue)> {
        if relay.method != RelayMethod::CallTool {
            return Vec::new();
        }
        let catalog = self.catalog.load();
        match catalog.headers.get(relay.target) {
            Some(parameters) => mirrored(parameters, relay.params.as_str()),
            None => Vec::new(),
        }
    }

    /// Waits a bounded time for a connection that is being made; fails at once for any other
    /// reason not to be connected.
    async fn wait_connected(&self, relay: &Relay<'_>) -> Result<Arc<Connection>, RpcError> {
        self.wake.notify_one();
        let mut moved = self.moved.subscribe();
        let waiting = async {
            loop {
                moved.borrow_and_update();
                if let Some(connection) = self.connected() {
                    return Some(connection);
                }
                let standing = self.state.current();
                if !matches!(
                    standing,
                    UpstreamState::Connecting | UpstreamState::Connected
                ) {
                    return None;
                }
                if moved.changed().await.is_err() {
                    return None;
                }
            }
        };
        let found = tokio::select! {
            () = relay.cancel.cancelled() => return Err(Failure::Cancelled.to_rpc(&self.spec.key)),
            found = tokio::time::timeout(self.settings.wait_connecting, waiting) => found,
        };
        found.ok().flatten().ok_or_else(|| self.unavailable())
    }

    /// Waits for the connection after this one.
    async fn wait_other(
        &self,
        old: &Arc<Connection>,
        relay: &Relay<'_>,
    ) -> Result<Arc<Connection>, RpcError> {
        let mut moved = self.moved.subscribe();
        let waiting = async {
            loop {
                moved.borrow_and_update();
                let found = self.connected();
                if let Some(connection) = found.filter(|found| !Arc::ptr_eq(found, old)) {
                    return Some(connection);
                }
                if moved.changed().await.is_err() {
                    return None;
                }
            }
        };
        let found = tokio::select! {
            () = relay.cancel.cancelled() => return Err(Failure::Cancelled.to_rpc(&self.spec.key)),
            found = tokio::time::timeout(self.settings.wait_connecting, waiting) => found,
        };
        found.ok().flatten().ok_or_else(|| self.unavailable())
    }

    /// Has the lists read anew and waits for it a bounded time.
    async fn relist(&self) {
        let mut moved = self.moved.subscribe();
        moved.borrow_and_update();
        self.signals.lists_changed(inbound::TOOLS);
        let _ = tokio::time::timeout(RELIST, moved.changed()).await;
    }

    /// The error of a call that cannot even be sent: which server, why, and what to do.
    fn unavailable(&self) -> RpcError {
        let key = &self.spec.key;
        let standing = self.state.get();
        let (code, what) = match standing.state {
            UpstreamState::AuthRequired => (
                "upstream_auth_required",
                "needs a person to sign in first".to_owned(),
            ),
            UpstreamState::AuthFailed => (
                "upstream_auth_failed",
                "refused the credentials; they have to be renewed".to_owned(),
            ),
            UpstreamState::Configured if !self.spec.enabled => {
                ("upstream_disabled", "is disabled".to_owned())
            }
            UpstreamState::Configured | UpstreamState::Connecting | UpstreamState::Connected => (
                "upstream_connecting",
                "is still being connected; try again shortly".to_owned(),
            ),
            UpstreamState::Disconnected => (
                "upstream_disconnected",
                "is not connected; it is being reconnected, try again shortly".to_owned(),
            ),
        };
        RpcError::new(
            RpcError::INTERNAL_ERROR,
            format!("the MCP server `{key}` {what}"),
        )
        .with_data(&serde_json::json!({ "code": code, "server": key }))
    }

    async fn subscribe_at(&self, method: &str, uri: &str) -> Result<(), RpcError> {
        let key = &self.spec.key;
        let Some(connection) = self.connected() else {
            // Done once it is connected.
            return Ok(());
        };
        if !connection.caps.subscribe {
            return Err(RpcError::new(
                RpcError::METHOD_NOT_FOUND,
                format!("the MCP server `{key}` does not offer subscriptions to resources"),
            ));
        }
        let limit = self.spec.timeouts.connect;
        if connection.dialect.revision.is_modern() {
            let generation = self.subscriptions.generation();
            let confirmed = self.subscriptions.confirmed(generation);
            let confirmed = tokio::time::timeout(limit, confirmed);
            // Whoever waits for a server that is stopped waits for nothing.
            return match self.stop.run_until_cancelled(confirmed).await {
                Some(Err(_)) => Err(Failure::Timeout.to_rpc(key)),
                Some(Ok(())) | None => Ok(()),
            };
        }
        let members = format!("\"uri\":{}", keyway_core::json::quote(uri));
        match connection.own(method, &members, limit).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.to_rpc(key)),
        }
    }
}

impl Upstream for Server {
    fn key(&self) -> &str {
        &self.spec.key
    }

    fn id(&self) -> &str {
        self.spec.id()
    }

    fn prefix(&self) -> Prefix {
        self.spec.prefix.clone()
    }

    fn status(&self) -> UpstreamStatus {
        let standing = self.state.get();
        let lists = self.lists();
        let (transport, auth) = match &self.spec.transport {
            Transport::Stdio(_) => ("stdio", "none"),
            Transport::Http(http) => {
                let sse = standing.over_sse || http.kind == HttpKind::Sse;
                let auth = match http.auth {
                    Auth::None => "none",
                    Auth::ApiKey { .. } => "api_key",
                    Auth::OAuth(_) => "oauth",
                };
                (if sse { "sse" } else { "http" }, auth)
            }
        };
        UpstreamStatus {
            name: self.spec.key.clone(),
            transport,
            auth,
            state: standing.state,
            reason: standing.reason,
            since: standing.since,
            next_retry: standing.next_retry,
            protocol: standing.protocol.map(str::to_owned),
            tools: lists.tools.len(),
            listed_at: lists.fetched_at,
            warnings: lists.warnings.clone(),
        }
    }

    fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.catalog.load().lists)
    }

    fn completes(&self) -> bool {
        self.connected()
            .is_some_and(|connection| connection.caps.completions)
    }

    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(async move {
            let handed = self.removed.run_until_cancelled(self.hand_through(relay));
            let handed = handed.await;
            handed.unwrap_or_else(|| Err(Failure::Removed.to_rpc(&self.spec.key)))
        })
    }

    fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(async move {
            if !self.subscriptions.add(uri) {
                return Ok(());
            }
            let done = self.subscribe_at("resources/subscribe", uri).await;
            if done.is_err() {
                self.subscriptions.remove(uri);
            }
            done
        })
    }

    fn unsubscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(async move {
            if !self.subscriptions.remove(uri) {
                return Ok(());
            }
            match self.connected() {
                Some(connection) if connection.caps.subscribe => {
                    self.subscribe_at("resources/unsubscribe", uri).await
                }
                _ => Ok(()),
            }
        })
    }
}
