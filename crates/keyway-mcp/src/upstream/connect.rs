//! Reaching a server and finding out which era it speaks.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{HttpError, HttpSend};
use keyway_core::rpc::RawJson;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::body::Dialect;
use super::connection::{Connection, Link};
use super::failure::Failure;
use super::handshake::{
    Hello, Probe, initialize_members, is_modern_error, read_discover, read_initialize, read_refusal,
};
use super::http::{Credentials, Endpoint, HttpLink, Manners, Sending, open_sse};
use super::inbound::Signals;
use super::line::Line;
use super::redact::Redactor;
use super::settings::PoolSettings;
use super::spec::{Http, HttpKind, ServerSpec, Stdio, Transport};
use super::stdio;
use super::stream::Stream;
use super::tokens::Tokens;
use crate::wire::{Revision, write_notification};

/// What a server turned out to speak; kept as the first thing to try the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Era {
    Modern,
    Legacy,
    /// HTTP+SSE
    Sse,
}

/// The pause before a handshake is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// What connecting needs.
pub(super) struct Connector {
    pub(super) server: Arc<str>,
    pub(super) spec: Arc<ServerSpec>,
    pub(super) settings: Arc<PoolSettings>,
    pub(super) http: Arc<dyn HttpSend>,
    /// Of a server behind OAuth.
    pub(super) tokens: Option<Arc<Tokens>>,
    pub(super) tasks: TaskTracker,
    pub(super) redactor: Arc<Redactor>,
    pub(super) signals: Arc<Signals>,
    pub(super) client_info: String,
    pub(super) stop: CancellationToken,
}

impl Connector {
    /// Connects. `known` is what the server spoke before.
    pub(super) async fn connect(
        &self,
        known: Option<Era>,
    ) -> Result<(Arc<Connection>, Era), Failure> {
        let line = self.line();
        let reaching = async {
            let mut left = self.spec.retries;
            loop {
                let reached = match &self.spec.transport {
                    Transport::Stdio(stdio) => self.stdio(stdio, &line, known).await,
                    Transport::Http(http) => Box::pin(self.http(http, &line, known)).await,
                };
                // A handshake changes nothing, so it can be tried again.
                match reached {
                    Err(failure) if left > 0 && failure.may_pass() => left -= 1,
                    reached => return reached,
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let reached = timeout(self.spec.timeouts.connect, reaching)
            .await
            .unwrap_or(Err(Failure::Timeout));
        match reached {
            Ok((connection, era)) => Ok((Arc::new(connection), era)),
            Err(failure) => {
                // What the connection said itself tells more than that it is gone.
                let failure = match failure {
                    Failure::Closed(_) => line.why_or(failure),
                    failure => failure,
                };
                line.break_off(failure.clone());
                Err(failure)
            }
        }
    }

    fn line(&self) -> Arc<Line> {
        Line::new(
            Arc::clone(&self.server),
            Arc::clone(&self.signals),
            self.settings.bounds,
            self.tasks.clone(),
            &self.stop,
        )
    }

    fn dialect(&self, revision: Revision) -> Dialect {
        Dialect {
            revision,
            client_info: self.client_info.clone(),
        }
    }

    async fn stdio(
        &self,
        spec: &Stdio,
        line: &Arc<Line>,
        known: Option<Era>,
    ) -> Result<(Connection, Era), Failure> {
        let mut child = line.child();
        let mut stream = stdio::start(spec, &self.settings, &self.redactor, &child)?;
        if known != Some(Era::Legacy) {
            let probed = match self.probe_stream(&stream).await {
                Ok(Probe::Again(_)) => self.probe_stream(&stream).await,
                probed => probed,
            };
            match probed.and_then(Probe::at_last) {
                Ok(Probe::Modern(hello)) => {
                    return Ok((self.over_stream(stream, hello), Era::Modern));
                }
                Ok(_) => {}
                // A legacy server may leave at what it does not know: it gets a second start.
                Err(Failure::Closed(_)) => {
                    child = line.child();
                    stream = stdio::start(spec, &self.settings, &self.redactor, &child)?;
                }
                Err(failure) => {
                    child.break_off(failure.clone());
                    return Err(failure);
                }
            }
        }
        match self.initialize_stream(&stream).await {
            Ok(hello) => Ok((self.over_stream(stream, hello), Era::Legacy)),
            Err(failure) => {
                let failure = match failure {
                    Failure::Closed(_) => child.why_or(failure),
                    failure => failure,
                };
                child.break_off(failure.clone());
                Err(failure)
            }
        }
    }

    async fn probe_stream(&self, stream: &Stream) -> Result<Probe, Failure> {
        let id = stream.line.next_id();
        let body = self
            .dialect(Revision::NEWEST)
            .own(id, "server/discover", "");
        let answer = timeout(self.settings.probe, stream.handshake(id, body)).await;
        match answer {
            Ok(Ok(result)) => Ok(read_discover(&result).map_or(Probe::Legacy, Probe::Modern)),
            Ok(Err(Failure::Rpc(error))) => read_refusal(&error),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Ok(Probe::Legacy),
        }
    }

    async fn initialize_stream(&self, stream: &Stream) -> Result<Hello, Failure> {
        let id = stream.line.next_id();
        let body = self.dialect(Revision::NEWEST_LEGACY).own(
            id,
            "initialize",
            &initialize_members(&self.client_info),
        );
        let hello = read_initialize(&stream.handshake(id, body).await?)?;
        stream.send(initialized()).await?;
        Ok(hello)
    }

    fn over_stream(&self, stream: Stream, hello: Hello) -> Connection {
        Connection::new(
            Arc::clone(&stream.line),
            self.dialect(hello.revision),
            hello,
            Link::Stream(stream),
        )
    }

    async fn http(
        &self,
        spec: &Http,
        line: &Arc<Line>,
        known: Option<Era>,
    ) -> Result<(Connection, Era), Failure> {
        let manners = Manners {
            connect: self.spec.timeouts.connect,
            retries: self.spec.retries,
        };
        let credentials = Credentials {
            tokens: self.tokens.clone(),
            redactor: Arc::clone(&self.redactor),
        };
        let endpoint = Endpoint::new(Arc::clone(&self.http), spec, credentials, manners)
            .map_err(|problem| Failure::Closed(problem.to_string()))?;
        let endpoint = Arc::new(endpoint);
        if spec.kind == HttpKind::Sse || known == Some(Era::Sse) {
            return self.sse(&endpoint, line).await;
        }
        if known != Some(Era::Legacy) {
            let half = self.spec.timeouts.connect / 2;
            let probed = match self.probe_http(&endpoint, line, half).await? {
                Probe::Again(_) => self.probe_http(&endpoint, line, half).await?,
                probed => probed,
            };
            match probed.at_last()? {
                Probe::Modern(hello) => {
                    let streamable =
                        HttpLink::new(endpoint, Arc::clone(line), hello.revision, None);
                    return Ok((self.over_http(streamable, hello), Era::Modern));
                }
                Probe::Legacy | Probe::Again(_) => {}
            }
        }
        match self.initialize_http(&endpoint, line).await {
            Ok(connection) => Ok((connection, Era::Legacy)),
            Err(Failure::Rpc(error)) if is_modern_error(&error) => Err(Failure::Rpc(error)),
            Err(failure) if spec.kind == HttpKind::Auto && may_be_sse(&failure) => {
                // The first failure tells more where this one is no better.
                self.sse(&endpoint, line).await.map_err(|_| failure)
            }
            Err(failure) => Err(failure),
        }
    }

    async fn probe_http(
        &self,
        endpoint: &Arc<Endpoint>,
        line: &Arc<Line>,
        limit: Duration,
    ) -> Result<Probe, Failure> {
        let streamable = HttpLink::new(
            Arc::clone(endpoint),
            Arc::clone(line),
            Revision::NEWEST,
            None,
        );
        let id = line.next_id();
        let sending = Sending {
            id,
            method: "server/discover",
            name: None,
            params: Vec::new(),
            hops: 1,
            body: self
                .dialect(Revision::NEWEST)
                .own(id, "server/discover", ""),
            caller: None,
            side: None,
            clock: None,
        };
        match timeout(limit, Arc::new(streamable).request(sending)).await {
            Ok(Ok(result)) => Ok(read_discover(&result).map_or(Probe::Legacy, Probe::Modern)),
            Ok(Err(Failure::Rpc(error) | Failure::HeaderMismatch(error))) => read_refusal(&error),
            Ok(Err(
                failure @ (Failure::Auth(_)
                | Failure::Token(_)
                | Failure::Scope(_)
                | Failure::Closed(_)),
            )) => Err(failure),
            Ok(Err(Failure::Http(
                error @ (HttpError::Connect(_) | HttpError::Refused(_) | HttpError::BadUrl(_)),
            ))) => Err(Failure::Http(error)),
            Ok(Err(_)) | Err(_) => Ok(Probe::Legacy),
        }
    }

    async fn initialize_http(
        &self,
        endpoint: &Arc<Endpoint>,
        line: &Arc<Line>,
    ) -> Result<Connection, Failure> {
        let id = line.next_id();
        let body = self.dialect(Revision::NEWEST_LEGACY).own(
            id,
            "initialize",
            &initialize_members(&self.client_info),
        );
        let (result, session): (RawJson, _) =
            HttpLink::initialize(endpoint, line, id, body).await?;
        let hello = read_initialize(&result)?;
        let streamable = HttpLink::new(
            Arc::clone(endpoint),
            Arc::clone(line),
            hello.revision,
            session,
        );
        streamable.post(initialized()).await?;
        let connection = self.over_http(streamable, hello);
        if let Link::Http(link) = &connection.link {
            line.tasks.spawn(Arc::clone(link).listen());
        }
        Ok(connection)
    }

    fn over_http(&self, link: HttpLink, hello: Hello) -> Connection {
        Connection::new(
            Arc::clone(link.line()),
            self.dialect(hello.revision),
            hello,
            Link::Http(Arc::new(link)),
        )
    }

    async fn sse(
        &self,
        endpoint: &Arc<Endpoint>,
        line: &Arc<Line>,
    ) -> Result<(Connection, Era), Failure> {
        let stream = open_sse(endpoint, line).await?;
        let hello = self.initialize_stream(&stream).await?;
        Ok((self.over_stream(stream, hello), Era::Sse))
    }
}

/// True where the specification has a client try HTTP+SSE next.
fn may_be_sse(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Protocol(_)
            | Failure::Unwilling(_)
            | Failure::Rpc(_)
            | Failure::WrongEra
            | Failure::SessionGone
    )
}

fn initialized() -> String {
    write_notification("notifications/initialized", None)
}
