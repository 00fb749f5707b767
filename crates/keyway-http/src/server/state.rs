use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use futures_util::task::AtomicWaker;

/// What the parts of one connection tell each other: the socket, the requests on it, and the
/// server that may want it to end.
#[derive(Debug, Default)]
pub(crate) struct ConnectionState {
    begun: AtomicU64,
    in_flight: AtomicU32,
    linger: AtomicBool,
    ending: AtomicBool,
    cut: AtomicBool,
    waker: AtomicWaker,
}

impl ConnectionState {
    /// Counts a request whose head has arrived, until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> InFlight {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// How many requests have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// True while a request is being answered.
    pub(crate) fn busy(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
    }

    /// A request was refused before its body was read: when the connection closes, what is still
    /// arriving is thrown away for a moment, so that the client gets to read the answer.
    pub(crate) fn linger(&self) {
        self.linger.store(true, Ordering::Relaxed);
    }

    /// True once a request was refused before its body was read.
    pub(crate) fn lingers(&self) -> bool {
        self.linger.load(Ordering::Relaxed)
    }

    /// Asks the connection to end after the requests in flight.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Tells the connection to end at once.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// True once [`ConnectionState::end`] was called.
    pub(crate) fn ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// True once [`ConnectionState::cut`] was called.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Wakes this task when the connection is asked to end.
    pub(crate) fn register(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }
}

/// The connection a request came over, for what outlives the request.
#[derive(Debug, Clone)]
pub(crate) struct Connection(Arc<ConnectionState>);

impl Connection {
    pub(crate) fn new(state: &Arc<ConnectionState>) -> Self {
        Self(Arc::clone(state))
    }

    /// Keeps the connection in use.
    pub(crate) fn begin(&self) -> InFlight {
        self.0.begin()
    }
}

/// A request in flight.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<ConnectionState>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
