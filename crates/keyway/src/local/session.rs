use std::ops::AsyncFnOnce;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{LocalClient, Options};
use crate::cli::{Failure, Invocation};

impl LocalClient {
    /// Starts a client, does something with it, and closes it, also when a signal ends the work:
    /// no child process is left behind.
    pub(crate) async fn run<T>(
        invocation: &Invocation,
        options: Options,
        work: impl AsyncFnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut ends = Ends::listen()?;
        let client = Self::start(invocation, options)?;
        let done = tokio::select! {
            done = Box::pin(work(&client)) => done,
            failure = ends.next() => Err(failure),
        };
        client.close().await;
        done
    }
}

/// The signals that ask the program to end.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Ends {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                let message = format!("signals cannot be listened to: {}", error.kind());
                Failure::new("no_signals", message)
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// What the next signal means: exit codes as shells have them.
    async fn next(&mut self) -> Failure {
        let exit = tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
            _ = self.hangup.recv() => 129,
        };
        let mut failure = Failure::new("interrupted", "interrupted");
        failure.exit = exit;
        failure
    }
}
