use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Threads that connections are spread over, each with a runtime of its own.
///
/// A request is read, relayed and answered by the thread that waits for its socket, so no thread is
/// woken by another on the way: on an otherwise idle machine a relayed call costs half of what it
/// costs in a runtime that shares its tasks between threads. The price is that a connection stays
/// where it is: an action that computes for long should do so with `tokio::task::spawn_blocking`,
/// as everywhere in asynchronous code.
#[derive(Debug, Clone)]
pub struct Workers {
    runtimes: Arc<[Handle]>,
    next: Arc<AtomicUsize>,
    stop: CancellationToken,
}

impl Workers {
    /// Starts one thread for each processor the process may use.
    ///
    /// # Errors
    /// When the system gives no more threads or descriptors.
    pub fn start() -> io::Result<Self> {
        let count = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let stop = CancellationToken::new();
        let runtimes = (0..count).map(|number| start(number, stop.clone()));
        Ok(Self {
            runtimes: runtimes.collect::<io::Result<_>>()?,
            next: Arc::default(),
            stop,
        })
    }

    /// Runs a connection on the next thread.
    pub(super) fn spawn(
        &self,
        tasks: &TaskTracker,
        connection: impl Future<Output = ()> + Send + 'static,
    ) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let at = turn.checked_rem(self.runtimes.len()).unwrap_or(0);
        if let Some(runtime) = self.runtimes.get(at) {
            tasks.spawn_on(connection, runtime);
        }
    }

    /// Ends the threads. What still runs on them is dropped, so this comes after all draining.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

fn start(number: usize, stop: CancellationToken) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name(format!("http-{number}"))
        .spawn(move || runtime.block_on(stop.cancelled()))?;
    Ok(handle)
}
