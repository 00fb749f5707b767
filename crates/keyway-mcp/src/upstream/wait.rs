//! Waiting for an answer: cancelled by the caller, ended by the clock.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::failure::Failure;

/// How long a call was spent waiting for its own client, which does not count against the server.
#[derive(Debug, Default)]
pub(super) struct AskClock {
    asking: AtomicU32,
    asked_millis: AtomicU64,
}

impl AskClock {
    /// The client is being asked for as long as what is returned lives.
    pub(super) fn start(&self) -> Asking<'_> {
        self.asking.fetch_add(1, Ordering::Relaxed);
        Asking {
            clock: self,
            since: Instant::now(),
        }
    }

    /// How much longer the server may take although `limit` has passed.
    fn credit(&self, limit: Duration) -> Option<Duration> {
        if self.asking.load(Ordering::Relaxed) > 0 {
            return Some(limit);
        }
        match self.asked_millis.swap(0, Ordering::Relaxed) {
            0 => None,
            millis => Some(Duration::from_millis(millis)),
        }
    }
}

/// The client is being asked.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    clock: &'a AskClock,
    since: Instant,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.clock
            .asked_millis
            .fetch_add(millis.max(1), Ordering::Relaxed);
        self.clock.asking.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Waits for `answer` until the caller cancels or the time is up. Without a limit only the caller
/// ends it.
pub(super) async fn guarded<T>(
    limit: Option<Duration>,
    clock: &AskClock,
    cancel: &CancellationToken,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let expired = async {
        let Some(limit) = limit else {
            return std::future::pending().await;
        };
        tokio::time::sleep(limit).await;
        while let Some(more) = clock.credit(limit) {
            tokio::time::sleep(more).await;
        }
    };
    tokio::select! {
        biased;
        answer = answer => answer,
        () = cancel.cancelled() => Err(Failure::Cancelled),
        () = expired => Err(Failure::Timeout),
    }
}
