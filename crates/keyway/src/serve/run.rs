use std::process::ExitCode;
use std::time::Duration;

use super::logging::{self, Colours};
use super::signals::Signals;
use super::{Running, ServeError, Setup, start};
use crate::Gateway;

/// How long a forced end waits for child processes to be ended.
const FORCED: Duration = Duration::from_millis(500);

/// Serves a gateway until a signal ends it: the first drains, a second stops at once.
///
/// # Errors
///
/// When the gateway cannot start. Once it runs the answer is an exit code: 0 after a drain, 130
/// (Ctrl-C) or 143 (SIGTERM) after a second signal.
pub async fn serve(gateway: &Gateway, setup: Setup) -> Result<ExitCode, ServeError> {
    let greet = async |running: &Running| running.announce().await;
    Box::pin(serve_and(gateway, setup, greet)).await
}

/// The same, with a greeting of one's own once it runs.
pub(crate) async fn serve_and(
    gateway: &Gateway,
    setup: Setup,
    greet: impl AsyncFnOnce(&Running),
) -> Result<ExitCode, ServeError> {
    let colours = if setup.environment.is_set("NO_COLOR") {
        Colours::Off
    } else {
        Colours::Allowed
    };
    logging::start(&setup.config.log, colours);
    let mut signals = Signals::listen().map_err(|source| ServeError::System {
        doing: "listen for signals",
        source,
    })?;
    let running = tokio::select! {
        started = Box::pin(start(gateway, setup)) => started?,
        asked = signals.next() => return Ok(ExitCode::from(asked.exit_code())),
    };
    greet(&running).await;
    let asked = signals.next().await;
    tracing::info!(?asked, "told to stop; a second signal stops at once");
    tokio::select! {
        () = running.stop() => {
            tracing::info!("stopped");
            Ok(ExitCode::SUCCESS)
        }
        asked = signals.next() => {
            tracing::warn!(?asked, "told to stop at once");
            let _ = tokio::time::timeout(FORCED, running.force()).await;
            Ok(ExitCode::from(asked.exit_code()))
        }
    }
}
