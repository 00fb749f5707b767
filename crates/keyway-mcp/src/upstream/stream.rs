use std::sync::Arc;

use bytes::Bytes;
use keyway_core::rpc::RawJson;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use super::flights::{Landing, Side};
use super::http::Endpoint;
use super::line::Line;
use crate::wire::write_notification;

/// A connection on which everything a server says comes on one channel: the standard streams of a
/// child process, or the event stream of HTTP+SSE. Requests are told apart by ids of ours.
#[derive(Clone)]
pub(super) struct Stream {
    pub(super) line: Arc<Line>,
    pub(super) out: Out,
}

/// The way to the server.
#[derive(Clone)]
pub(super) enum Out {
    /// Lines, written by the task that keeps the child process.
    Pipe(mpsc::Sender<Bytes>),
    /// Posted one by one (2024-11-05, HTTP with SSE).
    Post(Arc<Endpoint>),
}

impl Stream {
    /// Sends a request and waits for its answer. Giving up, by dropping the future, tells the
    /// server so.
    pub(super) async fn request(
        &self,
        id: u64,
        text: String,
        side: Option<Arc<Side>>,
    ) -> Result<RawJson, Failure> {
        self.exchange(id, text, side, GivingUp::Told).await
    }

    /// The same for requests before any other, which must not be cancelled (2025-11-25,
    /// Cancellation).
    pub(super) async fn handshake(&self, id: u64, text: String) -> Result<RawJson, Failure> {
        self.exchange(id, text, None, GivingUp::Silent).await
    }

    async fn exchange(
        &self,
        id: u64,
        text: String,
        side: Option<Arc<Side>>,
        giving_up: GivingUp,
    ) -> Result<RawJson, Failure> {
        let (answer, answered) = oneshot::channel();
        let Some(landing) = self.line.flights.open(id, side, Some(answer)) else {
            return Err(self.line.why());
        };
        let mut open = Open {
            stream: self,
            id,
            landing,
            giving_up,
        };
        self.send(text).await?;
        let outcome = answered.await;
        open.landing.answered();
        outcome.unwrap_or_else(|_| Err(self.line.why()))
    }

    /// Sends one message.
    pub(super) async fn send(&self, text: String) -> Result<(), Failure> {
        match &self.out {
            Out::Pipe(lines) => lines
                .send(one_line(text))
                .await
                .map_err(|_| self.line.why()),
            Out::Post(endpoint) => post(endpoint, text).await,
        }
    }

    /// Tells the server that the answer to a request is no longer wanted, without waiting.
    fn give_up(&self, id: u64) {
        if self.line.gone.is_cancelled() {
            return;
        }
        let params = format!(r#"{{"requestId":{id},"reason":"the caller cancelled"}}"#);
        let text = write_notification("notifications/cancelled", Some(&params));
        match &self.out {
            Out::Pipe(lines) => {
                // A child that reads nothing misses this: it is of no use to it either.
                let _ = lines.try_send(one_line(text));
            }
            Out::Post(endpoint) => {
                let endpoint = Arc::clone(endpoint);
                self.line
                    .tasks
                    .spawn(async move { post(&endpoint, text).await });
            }
        }
    }
}

async fn post(endpoint: &Endpoint, text: String) -> Result<(), Failure> {
    let response = endpoint
        .post(&|| endpoint.headers().clone(), Bytes::from(text), None)
        .await?;
    match response.status.as_u16() {
        200..=299 => Ok(()),
        status => Err(Failure::Protocol(format!("it answered HTTP {status}"))),
    }
}

/// A request that waits for its answer.
struct Open<'a> {
    stream: &'a Stream,
    id: u64,
    landing: Landing,
    giving_up: GivingUp,
}

/// What a server hears when an answer is no longer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivingUp {
    Told,
    Silent,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.landing.is_given_up() && self.giving_up == GivingUp::Told {
            self.stream.give_up(self.id);
        }
    }
}

/// The message on a line of its own. A line break in JSON text can only stand between tokens, so a
/// space does as well.
pub(super) fn one_line(text: String) -> Bytes {
    let mut bytes = text.into_bytes();
    if memchr::memchr2(b'\n', b'\r', &bytes).is_some() {
        for byte in &mut bytes {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    bytes.push(b'\n');
    Bytes::from(bytes)
}
