//! The time limit of an action, which does not run while the action waits for its caller's answer:
//! a person may take longer to answer a question than the action may take to work.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
};
use keyway_core::{Error, Kind};
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::time::Instant;

/// How much longer a call gets at least while it waits for its caller.
const STEP: Duration = Duration::from_millis(100);

/// A caller that keeps the time it is waited for.
pub(crate) struct Patient {
    caller: Arc<dyn Caller>,
    waits: Mutex<Waits>,
}

#[derive(Default)]
struct Waits {
    /// How many questions are open, and since when there is one.
    open: usize,
    since: Option<Instant>,
    /// Waited, and not yet given as more time.
    owed: Duration,
}

impl Patient {
    pub(crate) fn new(caller: Arc<dyn Caller>) -> Self {
        Self {
            caller,
            waits: Mutex::default(),
        }
    }

    /// The time that was spent waiting since this was last asked.
    fn owed(&self) -> Duration {
        let mut waits = self.waits.lock();
        if let Some(since) = waits.since {
            waits.owed += since.elapsed();
            waits.since = Some(Instant::now());
            waits.owed = waits.owed.max(STEP);
        }
        std::mem::take(&mut waits.owed)
    }
}

/// Ends one wait, however it ends.
struct Waiting<'a>(&'a Mutex<Waits>);

impl<'a> Waiting<'a> {
    fn begin(waits: &'a Mutex<Waits>) -> Self {
        let mut now = waits.lock();
        now.open += 1;
        now.since.get_or_insert_with(Instant::now);
        Self(waits)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waits = self.0.lock();
        waits.open -= 1;
        if waits.open == 0
            && let Some(since) = waits.since.take()
        {
            waits.owed += since.elapsed();
        }
    }
}

impl Caller for Patient {
    fn capabilities(&self) -> ClientCapabilities {
        self.caller.capabilities()
    }

    fn wants_progress(&self) -> bool {
        self.caller.wants_progress()
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.caller.log_level()
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        self.caller.notify(method, params);
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(async move {
            let _waiting = Waiting::begin(&self.waits);
            self.caller.ask(requests).await
        })
    }

    fn takes_input_required(&self) -> bool {
        self.caller.takes_input_required()
    }

    fn release_connection(&self) {
        self.caller.release_connection();
    }
}

/// Runs something within its time; `None` is without limit.
pub(crate) async fn within<T>(
    limit: Option<Duration>,
    patient: Option<&Patient>,
    running: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit else {
        return running.await;
    };
    let mut running = std::pin::pin!(running);
    let mut left = limit;
    loop {
        if let Ok(outcome) = tokio::time::timeout(left, &mut running).await {
            return outcome;
        }
        left = patient.map(Patient::owed).unwrap_or_default();
        if left.is_zero() {
            return Err(Error::new(
                Kind::Timeout,
                "timeout",
                format!("the action did not finish within {} ms", limit.as_millis()),
            ));
        }
    }
}
