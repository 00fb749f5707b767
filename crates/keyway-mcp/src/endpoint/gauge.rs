use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is alive.
#[derive(Debug, Clone, Default)]
pub(super) struct Gauge(Arc<AtomicUsize>);

impl Gauge {
    /// Counts one more, for as long as the guard lives.
    pub(super) fn enter(&self) -> Live {
        self.0.fetch_add(1, Ordering::Relaxed);
        Live(Arc::clone(&self.0))
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One living thing.
#[derive(Debug)]
pub(super) struct Live(Arc<AtomicUsize>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is alive in an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// MCP sessions in the table.
    pub sessions: usize,
    /// MCP sessions in memory: those in the table, and those a stream or call still holds.
    pub live_sessions: usize,
    /// Open event streams.
    pub streams: usize,
    /// Calls that wait for answers of their clients.
    pub parked: usize,
    /// Calls that run apart from the request that began them.
    pub detached: usize,
}
