use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use keyway_core::ports::{LogLevel, Relay, RelayMethod};
use keyway_core::rpc::RawJson;
use tokio_util::sync::CancellationToken;

use super::body::{Dialect, Retry, level_name};
use super::caps::ServerCaps;
use super::failure::Failure;
use super::flights::Side;
use super::handshake::{Hello, Introduced};
use super::http::{HttpLink, Sending};
use super::line::Line;
use super::stream::Stream;
use super::wait::{AskClock, guarded};

/// A connection to a server, past the handshake.
pub(super) struct Connection {
    pub(super) line: Arc<Line>,
    pub(super) dialect: Dialect,
    pub(super) caps: ServerCaps,
    /// How the server introduced itself.
    pub(super) introduced: Introduced,
    pub(super) link: Link,
    /// The lowest log level a legacy server was asked for so far; one more than the highest at
    /// first.
    level: AtomicU8,
}

/// How the server is spoken to.
pub(super) enum Link {
    Http(Arc<HttpLink>),
    Stream(Stream),
}

impl Connection {
    pub(super) fn new(line: Arc<Line>, dialect: Dialect, hello: Hello, over: Link) -> Self {
        if dialect.revision.is_modern() {
            line.set_modern();
        }
        Self {
            line,
            dialect,
            caps: hello.caps,
            introduced: hello.introduced,
            link: over,
            level: AtomicU8::new(LogLevel::Emergency as u8 + 1),
        }
    }

    /// A request of our own. `members` are the members of its params, as JSON text without braces.
    pub(super) async fn own(
        &self,
        method: &str,
        members: &str,
        limit: Duration,
    ) -> Result<RawJson, Failure> {
        let id = self.line.next_id();
        let answer = self.own_as(id, method, members);
        let never = CancellationToken::new();
        guarded(Some(limit), &AskClock::default(), &never, answer).await
    }

    /// The same without a limit, and with an id that is known before.
    pub(super) async fn own_as(
        &self,
        id: u64,
        method: &str,
        members: &str,
    ) -> Result<RawJson, Failure> {
        let body = self.dialect.own(id, method, members);
        match &self.link {
            Link::Stream(stream) => stream.request(id, body, None).await,
            Link::Http(link) => {
                let sending = Sending {
                    id,
                    method,
                    name: None,
                    params: Vec::new(),
                    hops: 1,
                    body,
                    caller: None,
                    side: None,
                    clock: None,
                };
                link.request(sending).await
            }
        }
    }

    /// Hands a call through, once.
    pub(super) async fn relay(
        &self,
        relay: &Relay<'_>,
        headers: Vec<(HeaderName, HeaderValue)>,
        retry: Option<&Retry>,
        limit: Option<Duration>,
    ) -> Result<RawJson, Failure> {
        let id = self.line.next_id();
        let body = self.dialect.relayed(id, relay, retry);
        match &self.link {
            Link::Http(link) if link.revision.is_modern() => {
                let clock = AskClock::default();
                let sending = Sending {
                    id,
                    method: relay.method.as_str(),
                    name: (relay.method != RelayMethod::Complete).then_some(relay.target),
                    params: headers,
                    hops: relay.hops.saturating_add(1),
                    body,
                    caller: Some(relay.caller),
                    side: None,
                    clock: Some(&clock),
                };
                guarded(limit, &clock, relay.cancel, link.request(sending)).await
            }
            link => Box::pin(self.relay_shared(link, id, body, relay, limit)).await,
        }
    }

    /// A call on a connection whose server may ask back beside its answers.
    async fn relay_shared(
        &self,
        link: &Link,
        id: u64,
        body: String,
        relay: &Relay<'_>,
        limit: Option<Duration>,
    ) -> Result<RawJson, Failure> {
        self.want_level(relay.caller.log_level());
        let side = Side::new(relay.caller);
        match link {
            Link::Stream(stream) => {
                let answer = stream.request(id, body, Some(Arc::clone(&side)));
                guarded(limit, &side.clock, relay.cancel, answer).await
            }
            Link::Http(link) => {
                let sending = Sending {
                    id,
                    method: relay.method.as_str(),
                    name: None,
                    params: Vec::new(),
                    hops: relay.hops.saturating_add(1),
                    body,
                    caller: Some(relay.caller),
                    side: Some(Arc::clone(&side)),
                    clock: Some(&side.clock),
                };
                guarded(limit, &side.clock, relay.cancel, link.request(sending)).await
            }
        }
    }

    /// Asks a legacy server for messages of this level, unless it sends them already. The level
    /// holds for the whole connection, so it only ever falls; each caller gets what it asked for.
    fn want_level(&self, level: Option<LogLevel>) {
        let Some(level) = level else { return };
        if !self.caps.logging || self.dialect.revision.is_modern() {
            return;
        }
        let before = self.level.fetch_min(level as u8, Ordering::Relaxed);
        if before <= level as u8 {
            return;
        }
        let id = self.line.next_id();
        let members = format!(r#""level":"{}""#, level_name(level));
        let body = self.dialect.own(id, "logging/setLevel", &members);
        let tasks = self.line.tasks.clone();
        let gone = self.line.gone.clone();
        match &self.link {
            Link::Stream(stream) => {
                let stream = stream.clone();
                tasks.spawn(async move {
                    tokio::select! {
                        () = gone.cancelled() => {}
                        _ = stream.request(id, body, None) => {}
                    }
                });
            }
            Link::Http(link) => {
                let link = Arc::clone(link);
                tasks.spawn(async move {
                    let sending = Sending {
                        id,
                        method: "logging/setLevel",
                        name: None,
                        params: Vec::new(),
                        hops: 1,
                        body,
                        caller: None,
                        side: None,
                        clock: None,
                    };
                    tokio::select! {
                        () = gone.cancelled() => {}
                        _ = link.request(sending) => {}
                    }
                });
            }
        }
    }

    /// Ends the connection, in the manner its era has for it.
    pub(super) async fn end(&self, failure: Failure) {
        if let Link::Http(link) = &self.link
            && !matches!(
                failure,
                Failure::SessionGone | Failure::Auth(_) | Failure::Token(_)
            )
        {
            let _ = tokio::time::timeout(Duration::from_secs(1), link.end_session()).await;
        }
        self.line.break_off(failure);
    }
}
