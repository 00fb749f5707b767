//! Keeps one server connected: connects, lists, checks, and connects anew. There is a task of it for
//! each server, which waits most of the time: what it does now and then is boxed, so that it takes no
//! room meanwhile.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use keyway_core::ports::{ChangeKind, TokenError, UpstreamState};
use tokio::time::{Instant, sleep};

use super::connect::{Connector, Era};
use super::connection::{Connection, Link};
use super::failure::Failure;
use super::inbound;
use super::listen;
use super::lists::{Echo, Listing, refresh};
use super::server::Server;

/// The shortest time between two readings of the lists that the server asked for.
const RELIST_GAP: Duration = Duration::from_millis(500);

/// A connection that held this long was a good one: the next pause is the first again.
const GOOD: Duration = Duration::from_secs(30);

/// The longest pause before a server is tried again that takes no token.
const REFUSED: Duration = Duration::from_hours(1);

pub(super) struct Keeper {
    pub(super) server: Arc<Server>,
    pub(super) connector: Connector,
}

impl Keeper {
    /// Runs until the server is stopped.
    pub(super) async fn run(self) {
        let server = &self.server;
        if !server.is_kept() {
            if server.spec.enabled {
                server.enter(
                    UpstreamState::AuthRequired,
                    Some("a person has to sign in first"),
                );
            }
            return;
        }
        let mut known = None;
        let mut attempt = 0u32;
        while !server.stop.is_cancelled() {
            // Why it is not connected stays true until it is.
            let reason = server.state.get().reason;
            server.enter(UpstreamState::Connecting, reason.as_deref());
            let since = Instant::now();
            let ended = tokio::select! {
                // First, so that a connection is ended below and not half-way in there.
                biased;
                () = server.stop.cancelled() => break,
                ended = self.attempt_guarded(&mut known) => ended,
            };
            if server.stop.is_cancelled() {
                break;
            }
            if since.elapsed() >= GOOD {
                attempt = 0;
            }
            if matches!(ended, Failure::Renewed) {
                continue;
            }
            // A session that ended is opened anew at once, the first time.
            if matches!(ended, Failure::SessionGone | Failure::WrongEra) && attempt == 0 {
                attempt = 1;
                self.record(&ended, None);
                continue;
            }
            attempt = attempt.saturating_add(1);
            let wait = self.wait(attempt, &ended);
            let wait = wait.map(|wait| wait.mul_f64(self.spread(attempt)));
            self.record(&ended, wait);
            self.pause(wait, &ended).await;
        }
        if let Some(connection) = server.connection.swap(None) {
            connection
                .end(Failure::Closed("the gateway is stopping".into()))
                .await;
        }
        server.enter(UpstreamState::Configured, None);
    }

    /// The same as [`Keeper::attempt`], where a fault of our own is a failed connection like any
    /// other: the server is never left in a state that nobody looks after.
    async fn attempt_guarded(&self, known: &mut Option<Era>) -> Failure {
        // What was half changed is what the lines below put in order.
        if let Ok(ended) = AssertUnwindSafe(self.attempt(known)).catch_unwind().await {
            return ended;
        }
        *known = None;
        let failure = Failure::Closed("an error in Keyway itself ended the connection".into());
        if let Some(connection) = self.server.connection.swap(None) {
            connection.end(failure.clone()).await;
        }
        failure
    }

    /// One connection from beginning to end. Returns why it ended.
    async fn attempt(&self, known: &mut Option<Era>) -> Failure {
        let server = &self.server;
        server.signals.forget();
        let connecting = self.connector.connect(*known);
        let (connection, era) = match Box::pin(connecting).await {
            Ok(connected) => connected,
            Err(failure) => {
                // A server that could not be reached may still speak what it spoke.
                if !matches!(failure, Failure::Http(_)) {
                    *known = None;
                }
                return failure;
            }
        };
        *known = Some(era);
        let protocol = connection.dialect.revision.as_str();
        server.state.speaks(protocol, era == Era::Sse);
        server.connection.store(Some(Arc::clone(&connection)));
        server.moved.send_modify(|moved| *moved += 1);
        let failure = self.serve(&connection).await;
        server.connection.store(None);
        if matches!(failure, Failure::WrongEra | Failure::Rpc(_)) {
            *known = None;
        }
        connection.end(failure.clone()).await;
        failure
    }

    async fn serve(&self, connection: &Arc<Connection>) -> Failure {
        let server = &self.server;
        if let Err(failure) = Box::pin(self.list(connection, inbound::ALL)).await {
            return failure;
        }
        if let Link::Http(link) = &connection.link
            && !connection.dialect.revision.is_modern()
        {
            link.attend().await;
        }
        server.enter(UpstreamState::Connected, None);
        let keep = async {
            if connection.dialect.revision.is_modern() {
                Box::pin(listen::keep(connection, &server.subscriptions)).await;
            } else {
                Box::pin(self.subscribe_again(connection)).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = connection.line.gone.cancelled() => connection.line.why(),
            failure = self.follow_lists(connection) => failure,
            failure = self.check(connection) => failure,
            failure = self.lost() => failure,
            () = keep => Failure::Closed("the connection was closed".into()),
        }
    }

    async fn list(&self, connection: &Connection, which: u8) -> Result<(), Failure> {
        let server = &self.server;
        let old = server.catalog.load_full();
        let listing = Listing {
            connection,
            tools: &server.spec.tools,
            echo: &Echo::new(&server.spec.key, &server.spec.prefix),
            most: server.settings.list_items,
            limit: server.spec.timeouts.connect,
            retries: server.spec.retries,
            now: server.clock.now(),
        };
        let (catalog, changed) = refresh(&old, which, &listing).await?;
        for warning in &catalog.lists.warnings {
            tracing::warn!(server = %server.spec.key, "{}", server.redactor.clean(warning));
        }
        server.catalog.store(Arc::new(catalog));
        server.moved.send_modify(|moved| *moved += 1);
        if changed {
            server.tell(ChangeKind::Lists);
        }
        Ok(())
    }

    /// Reads lists anew whenever the server says that they changed, but not without a pause.
    async fn follow_lists(&self, connection: &Connection) -> Failure {
        loop {
            let which = self.server.signals.changed().await;
            if let Err(failure) = Box::pin(self.list(connection, which)).await {
                return failure;
            }
            sleep(RELIST_GAP).await;
        }
    }

    /// Makes sure that the server still answers.
    async fn check(&self, connection: &Connection) -> Failure {
        let Some(interval) = self.server.spec.keep_alive else {
            return std::future::pending().await;
        };
        let modern = connection.dialect.revision.is_modern();
        let over_http = matches!(connection.link, Link::Http(_));
        // The subscription tells when the server goes away, unless the network swallows that.
        let interval = if modern && over_http && connection.caps.announces() {
            interval * 5
        } else {
            interval
        };
        let method = if modern { "server/discover" } else { "ping" };
        let limit = self.server.spec.timeouts.connect;
        loop {
            sleep(interval).await;
            match Box::pin(connection.own(method, "", limit)).await {
                // An answer is an answer: servers need not know `ping`.
                Ok(_) | Err(Failure::Rpc(_) | Failure::Scope(_)) => {}
                Err(Failure::Timeout) => {
                    return Failure::Closed("it does not answer any more".into());
                }
                Err(failure) => return failure,
            }
        }
    }

    /// What was subscribed to before holds on the new connection too.
    async fn subscribe_again(&self, connection: &Connection) {
        if !connection.caps.subscribe {
            return;
        }
        for uri in self.server.subscriptions.uris() {
            let members = format!("\"uri\":{}", keyway_core::json::quote(&uri));
            let limit = self.server.spec.timeouts.connect;
            if let Err(failure) = connection.own("resources/subscribe", &members, limit).await {
                tracing::debug!(
                    server = %self.server.spec.key,
                    reason = %self.server.redactor.clean(&failure.reason()),
                    "could not subscribe to a resource again"
                );
            }
        }
    }

    /// Tells what became of the connection, and when the next attempt is made.
    fn record(&self, failure: &Failure, wait: Option<Duration>) {
        let reason = failure.reason();
        let state = match failure {
            Failure::Auth(_) | Failure::Token(TokenError::Refused(_)) => UpstreamState::AuthFailed,
            Failure::Token(TokenError::SignInRequired(_)) | Failure::Scope(_) => {
                UpstreamState::AuthRequired
            }
            _ => UpstreamState::Disconnected,
        };
        let reason_shown = self.server.redactor.clean(&reason);
        tracing::warn!(server = %self.server.spec.key, reason = %reason_shown, "the MCP server is not connected");
        let next_retry = wait
            .and_then(|wait| jiff::SignedDuration::try_from(wait).ok())
            .and_then(|wait| self.server.clock.now().checked_add(wait).ok());
        self.server.leave(state, &reason, next_retry);
    }

    /// Waits before the next attempt, until somebody needs the server at most. Where only a person
    /// can help, until one signed in.
    async fn pause(&self, wait: Option<Duration>, failure: &Failure) {
        let server = &self.server;
        let passed = async {
            match wait {
                Some(wait) => sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        let denied = matches!(
            failure,
            Failure::Auth(_) | Failure::Token(_) | Failure::Scope(_)
        );
        let early = async {
            // Even an eager caller does not get more than one attempt in this time.
            sleep(server.settings.backoff_first.min(wait.unwrap_or_default()) / 2).await;
            server.wake.notified().await;
        };
        let renewed = async {
            match &self.connector.tokens {
                Some(tokens) => tokens.renewed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = passed => {}
            () = early, if !denied => {}
            () = renewed, if denied => {}
            () = server.insist.notified() => {}
            () = server.stop.cancelled() => {}
        }
    }

    /// How long to wait at most, longer each time; `None` until a person signed in.
    fn wait(&self, attempt: u32, failure: &Failure) -> Option<Duration> {
        let settings = &self.server.settings;
        let double = |first: Duration| first.saturating_mul(1 << (attempt - 1).min(16));
        match failure {
            Failure::Token(TokenError::SignInRequired(_) | TokenError::Refused(_))
            | Failure::Scope(_) => None,
            // Each attempt asks for a new token, which is not to be done for ever at this pace.
            Failure::Auth(_) if self.connector.tokens.is_some() => {
                Some(double(settings.backoff_max).min(settings.backoff_max.max(REFUSED)))
            }
            Failure::Auth(_) => Some(settings.backoff_max),
            _ => Some(double(settings.backoff_first).min(settings.backoff_max)),
        }
    }

    /// Waits until the token of the connection is taken back.
    async fn lost(&self) -> Failure {
        match &self.connector.tokens {
            Some(tokens) => tokens.lost().await,
            None => std::future::pending().await,
        }
    }

    /// Between a half and one, different for every server, attempt and moment.
    fn spread(&self, attempt: u32) -> f64 {
        let mut hasher = DefaultHasher::new();
        self.server.spec.key.hash(&mut hasher);
        attempt.hash(&mut hasher);
        self.server.clock.now().hash(&mut hasher);
        let part = u32::try_from(hasher.finish() % 1_000).unwrap_or_default();
        0.5 + f64::from(part) / 2_000.0
    }
}
