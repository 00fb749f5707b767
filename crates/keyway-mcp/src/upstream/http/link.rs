use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_core::ports::HttpResponse;
use keyway_core::rpc::{RawJson, RpcError};
use tokio_util::sync::CancellationToken;

use super::call::Sending;
use super::endpoint::{Endpoint, HOPS};
use crate::upstream::failure::{Failure, read_error};
use crate::upstream::handshake::is_modern_error;
use crate::upstream::line::Line;
use crate::wire::{self, Message, Messages, Revision, encode_header, write_notification};

pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// How much of an answer that is an HTTP error is read.
const ERROR_BODY: usize = 64 << 10;

/// Streamable HTTP: every request is a POST of its own.
pub(in crate::upstream) struct HttpLink {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) line: Arc<Line>,
    pub(in crate::upstream) revision: Revision,
    /// What every request of this connection carries.
    pub(super) headers: HeaderMap,
    pub(super) in_session: bool,
    /// Cancelled once the first try to listen to the server came to something.
    pub(super) listens: CancellationToken,
}

impl HttpLink {
    /// A connection that speaks `revision`, in the MCP session `session` if the server opened one.
    pub(in crate::upstream) fn new(
        endpoint: Arc<Endpoint>,
        line: Arc<Line>,
        revision: Revision,
        session: Option<HeaderValue>,
    ) -> Self {
        let mut headers = endpoint.headers().clone();
        headers.insert(
            PROTOCOL_VERSION,
            HeaderValue::from_static(revision.as_str()),
        );
        let in_session = session.is_some();
        if let Some(mut session) = session {
            session.set_sensitive(true);
            headers.insert(SESSION_ID, session);
        }
        Self {
            endpoint,
            line,
            revision,
            headers,
            in_session,
            listens: CancellationToken::new(),
        }
    }

    /// What it shares with the rest of its connection.
    pub(in crate::upstream) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Sends a request and waits for its answer. Dropping the future closes the exchange, which
    /// cancels the request at a modern server; a legacy one is told.
    pub(in crate::upstream) async fn request(
        self: &Arc<Self>,
        mut sending: Sending<'_>,
    ) -> Result<RawJson, Failure> {
        if self.revision.is_modern() {
            return self.exchange(&mut sending).await;
        }
        let landing = self
            .line
            .flights
            .open(sending.id, sending.side.clone(), None)
            .ok_or_else(|| self.line.why())?;
        let mut told = Told {
            link: self,
            id: sending.id,
            landing,
        };
        let outcome = self.exchange(&mut sending).await;
        told.landing.answered();
        outcome
    }

    /// Posts `initialize`. Returns its result and the MCP session the server opened, if it did.
    pub(in crate::upstream) async fn initialize(
        endpoint: &Arc<Endpoint>,
        line: &Arc<Line>,
        id: u64,
        body: String,
    ) -> Result<(RawJson, Option<HeaderValue>), Failure> {
        let unversioned = Self {
            endpoint: Arc::clone(endpoint),
            line: Arc::clone(line),
            revision: Revision::NEWEST_LEGACY,
            // No version is agreed on yet, so none is named.
            headers: endpoint.headers().clone(),
            in_session: false,
            listens: CancellationToken::new(),
        };
        let response = endpoint
            .post(&|| unversioned.headers.clone(), Bytes::from(body), None)
            .await?;
        let session = response.headers.get(SESSION_ID).cloned();
        let sending = Sending {
            id,
            method: "initialize",
            name: None,
            params: Vec::new(),
            hops: 1,
            body: String::new(),
            caller: None,
            side: None,
            clock: None,
        };
        let result = unversioned.read(response, &sending).await?;
        Ok((result, session))
    }

    /// Posts a notification, or an answer to the server.
    pub(in crate::upstream) async fn post(&self, text: String) -> Result<(), Failure> {
        let response = self
            .endpoint
            .post(&|| self.headers.clone(), Bytes::from(text), None)
            .await?;
        if response.status.is_success() {
            return Ok(());
        }
        Err(self.refused(response).await)
    }

    /// Ends the MCP session, if there is one.
    pub(in crate::upstream) async fn end_session(&self) {
        if self.in_session {
            // The server may not offer this, and nothing depends on it.
            let _ = self.endpoint.delete(&|| self.headers.clone()).await;
        }
    }

    async fn exchange(&self, sending: &mut Sending<'_>) -> Result<RawJson, Failure> {
        let body = Bytes::from(std::mem::take(&mut sending.body));
        let sending = &*sending;
        let headers = || self.headers_of(sending);
        let response = self.endpoint.post(&headers, body, sending.clock).await?;
        self.read(response, sending).await
    }

    /// Reads the answer to a request, in whichever form it came.
    pub(super) async fn read(
        &self,
        response: HttpResponse,
        sending: &Sending<'_>,
    ) -> Result<RawJson, Failure> {
        if !response.status.is_success() {
            return Err(Box::pin(self.refused(response)).await);
        }
        match media_type(&response.headers) {
            Media::Events => Box::pin(self.follow(response.body, sending)).await,
            Media::Json => {
                let text = response.body.collect(self.line.bounds.bytes).await?;
                self.answer_in(&text, sending.id)
            }
            Media::Other => Err(Failure::Protocol(format!(
                "it answered HTTP {} without JSON or an event stream",
                response.status.as_u16()
            ))),
        }
    }

    /// Finds the answer to our request in a whole JSON body.
    fn answer_in(&self, text: &Bytes, id: u64) -> Result<RawJson, Failure> {
        let found = match wire::parse_batch(text, self.line.bounds) {
            Ok(Messages::One(message)) => outcome_of(message, id),
            Ok(Messages::Batch(items)) => items
                .into_iter()
                .filter_map(Result::ok)
                .find_map(|message| outcome_of(message, id)),
            Err(_) => {
                return Err(Failure::Protocol(
                    "it is no JSON-RPC message within bounds".into(),
                ));
            }
        };
        found.unwrap_or_else(|| {
            Err(Failure::Protocol(
                "it answers another request than ours".into(),
            ))
        })
    }

    fn headers_of(&self, sending: &Sending<'_>) -> HeaderMap {
        let mut headers = self.headers.clone();
        if self.revision.is_modern() {
            if let Ok(method) = HeaderValue::from_str(sending.method) {
                headers.insert(METHOD, method);
            }
            if let Some(name) = sending.name {
                headers.insert(NAME, encode_header(name));
            }
            for (name, value) in &sending.params {
                headers.insert(name, value.clone());
            }
        }
        if sending.hops != 1 {
            headers.insert(HOPS, HeaderValue::from(u16::from(sending.hops)));
        }
        headers
    }

    /// What an HTTP error means.
    pub(super) async fn refused(&self, response: HttpResponse) -> Failure {
        let status = response.status.as_u16();
        if status == 404 && self.in_session {
            return Failure::SessionGone;
        }
        let text = response.body.collect(ERROR_BODY).await.unwrap_or_default();
        let modern = self.revision.is_modern();
        let error = match wire::parse(&text, self.line.bounds) {
            // A server of another era complains about what it does not know.
            Ok(Message::Complaint { error })
                if modern && matches!(status, 400 | 404 | 405) && !is_modern_error(&error) =>
            {
                return Failure::WrongEra;
            }
            // A complaint names no request: it is about the session, not about the call.
            Ok(Message::Complaint { .. }) if status == 400 && self.in_session => {
                return Failure::SessionGone;
            }
            Ok(
                Message::Complaint { error }
                | Message::Response {
                    outcome: Err(error),
                    ..
                },
            ) => error,
            _ if modern && matches!(status, 400 | 404 | 405) => return Failure::WrongEra,
            _ if status == 429 || status >= 500 => return Failure::Unwilling(status),
            _ => return Failure::Protocol(format!("it answered HTTP {status}")),
        };
        match read_error(&error).0 {
            RpcError::HEADER_MISMATCH if modern => Failure::HeaderMismatch(error),
            _ => Failure::Rpc(error),
        }
    }
}

/// The outcome a message tells, when it answers our request.
pub(super) fn outcome_of(message: Message<'_>, id: u64) -> Option<Result<RawJson, Failure>> {
    match message {
        Message::Response { id: of, outcome } if of.as_u64() == Some(id) => {
            Some(outcome.map_err(Failure::Rpc))
        }
        Message::Complaint { error } => Some(Err(Failure::Rpc(error))),
        _ => None,
    }
}

pub(super) enum Media {
    Json,
    Events,
    Other,
}

pub(super) fn media_type(headers: &HeaderMap) -> Media {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Media::Json
    } else if essence.eq_ignore_ascii_case("text/event-stream") {
        Media::Events
    } else {
        Media::Other
    }
}

/// A request to a legacy server that waits for its answer.
struct Told<'a> {
    link: &'a Arc<HttpLink>,
    id: u64,
    landing: crate::upstream::flights::Landing,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if !self.landing.is_given_up() || self.link.line.gone.is_cancelled() {
            return;
        }
        // Closing the stream means nothing to a legacy server (2025-11-25, Sending Messages).
        let params = format!(
            r#"{{"requestId":{},"reason":"the caller cancelled"}}"#,
            self.id
        );
        let text = write_notification("notifications/cancelled", Some(&params));
        let link = Arc::clone(self.link);
        self.link
            .line
            .tasks
            .spawn(async move { link.post(text).await });
    }
}
