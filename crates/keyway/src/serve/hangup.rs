use std::io::{self, IsTerminal as _};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP, unless a terminal is there: then it says that the terminal is gone, and ends the process.
pub(super) struct Hangups(Option<Signal>);

impl Hangups {
    pub(super) fn listen() -> Self {
        if io::stdin().is_terminal() {
            return Self(None);
        }
        match signal(SignalKind::hangup()) {
            Ok(hangups) => Self(Some(hangups)),
            Err(error) => {
                tracing::warn!(%error, "SIGHUP does not read the configuration again");
                Self(None)
            }
        }
    }

    /// Answers at the next one.
    pub(super) async fn next(&mut self) {
        if let Some(hangups) = &mut self.0
            && hangups.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
