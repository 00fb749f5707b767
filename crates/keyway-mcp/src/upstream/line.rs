use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use keyway_core::json::{self, Bounds};
use keyway_core::ports::BoxFuture;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::failure::Failure;
use super::flights::Flights;
use super::inbound::{Signals, answer_request, shared_notification};
use crate::wire::{self, Message, Messages};

/// The most requests of a server that are being answered at once on one connection.
const ANSWERING: usize = 64;

/// What the parts of one connection share.
pub(super) struct Line {
    /// The server's key, for logs.
    pub(super) server: Arc<str>,
    pub(super) flights: Arc<Flights>,
    pub(super) signals: Arc<Signals>,
    pub(super) bounds: Bounds,
    pub(super) tasks: TaskTracker,
    /// Cancelled once the connection is of no further use.
    pub(super) gone: CancellationToken,
    ids: AtomicU64,
    modern: AtomicBool,
    noise: AtomicU64,
    why: Mutex<Option<Failure>>,
}

impl Line {
    /// A connection that ends at the latest when `parent` is cancelled.
    pub(super) fn new(
        server: Arc<str>,
        signals: Arc<Signals>,
        bounds: Bounds,
        tasks: TaskTracker,
        parent: &CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            server,
            flights: Arc::new(Flights::default()),
            signals,
            bounds,
            tasks,
            gone: parent.child_token(),
            ids: AtomicU64::new(1),
            modern: AtomicBool::new(false),
            noise: AtomicU64::new(0),
            why: Mutex::new(None),
        })
    }

    /// Another connection to the same server, which ends at the latest with this one.
    pub(super) fn child(&self) -> Arc<Self> {
        Self::new(
            Arc::clone(&self.server),
            Arc::clone(&self.signals),
            self.bounds,
            self.tasks.clone(),
            &self.gone,
        )
    }

    /// An id no other request of this connection has.
    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// The server turned out to be modern: it sends no requests.
    pub(super) fn set_modern(&self) {
        self.modern.store(true, Ordering::Relaxed);
    }

    /// Ends the connection. The first reason given is the one that stays.
    pub(super) fn break_off(&self, failure: Failure) {
        self.why.lock().get_or_insert(failure);
        self.gone.cancel();
        self.flights.close();
    }

    /// Why the connection ended.
    pub(super) fn why(&self) -> Failure {
        self.why
            .lock()
            .clone()
            .unwrap_or_else(|| Failure::Closed("the connection was closed".into()))
    }

    /// Why the connection ended, or `other` if it says nothing.
    pub(super) fn why_or(&self, other: Failure) -> Failure {
        self.why.lock().clone().unwrap_or(other)
    }

    /// Counts what came and was no message.
    pub(super) fn noise(&self, bytes: usize) {
        let before = self.noise.fetch_add(1, Ordering::Relaxed);
        if before == 0 {
            tracing::debug!(server = %self.server, bytes, "the server sent something that is no message; skipped");
        }
    }

    /// Takes one text from a channel that all calls share. Answers to the server's own requests are
    /// put into `answering`.
    pub(super) fn shared_text(&self, text: &Bytes, answering: &mut Answering) {
        match wire::parse_batch(text, self.bounds) {
            Ok(Messages::One(message)) => self.shared_message(message, answering),
            Ok(Messages::Batch(items)) => {
                for item in items {
                    match item {
                        Ok(message) => self.shared_message(message, answering),
                        Err(_) => self.noise(0),
                    }
                }
            }
            Err(_) => self.unreadable(text),
        }
    }

    /// Takes a text that cannot be used. Where it still says which request it answers, that
    /// request fails at once rather than when its time is up.
    pub(super) fn unreadable(&self, text: &Bytes) {
        let told = salvaged_id(text).is_some_and(|id| {
            let failure = Failure::Protocol("it is malformed or larger than allowed".into());
            self.flights.answer(id, Err(failure))
        });
        if !told {
            self.noise(text.len());
        }
    }

    fn shared_message(&self, message: Message<'_>, answering: &mut Answering) {
        match message {
            Message::Response { id, outcome } => {
                let known = id
                    .as_u64()
                    .is_some_and(|id| self.flights.answer(id, outcome.map_err(Failure::Rpc)));
                if !known {
                    tracing::debug!(server = %self.server, "an answer nobody waits for; skipped");
                }
            }
            Message::Notification { method, params } => {
                shared_notification(&self.signals, &self.flights, &method, params.as_ref());
            }
            Message::Request { id, method, params } => {
                if self.modern.load(Ordering::Relaxed) {
                    self.noise(0);
                    return;
                }
                let side = self.flights.asked_of(&method, params.as_ref());
                let id = id.detached();
                let method = method.into_owned();
                let signals = Arc::clone(&self.signals);
                answering.push(Box::pin(async move {
                    answer_request(&id, &method, params.as_ref(), side, &signals).await
                }));
            }
            Message::Complaint { .. } => self.noise(0),
        }
    }
}

/// The id of our request that the beginning of an unusable answer names.
pub(super) fn salvaged_id(text: &[u8]) -> Option<u64> {
    let start = text.get(..text.len().min(256))?;
    let readable = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
    };
    let mut id = None;
    for member in json::members(readable.trim_start()) {
        match member.key.as_ref() {
            "jsonrpc" => {}
            "id" if member.value_range.end < readable.len() => id = member.value.parse().ok(),
            "result" | "error" => return id,
            _ => return None,
        }
    }
    None
}

/// Requests of a server that are being answered, a bounded number of them.
#[derive(Default)]
pub(super) struct Answering {
    running: FuturesUnordered<BoxFuture<'static, String>>,
}

impl Answering {
    /// Takes one more, unless there are too many: then the server gets no answer.
    pub(super) fn push(&mut self, answer: BoxFuture<'static, String>) {
        if self.running.len() < ANSWERING {
            self.running.push(answer);
        }
    }

    /// The next answer to send. Waits for ever when there is none to come.
    pub(super) async fn next(&mut self) -> String {
        match self.running.next().await {
            Some(text) => text,
            None => std::future::pending().await,
        }
    }
}
