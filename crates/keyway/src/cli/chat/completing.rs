use std::time::Duration;

use keyway_client::mentions::suggest;
use keyway_tui::Event;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::conductor::Conductor;

/// How long servers may take to say how a line goes on.
const PATIENCE: Duration = Duration::from_secs(5);

impl Conductor {
    /// Asks servers how a line goes on, beside everything else. What was asked before is given up.
    pub(super) fn complete(&self, number: u64, before: String) {
        let cancel = CancellationToken::new();
        self.forget(cancel.clone());
        let conductor = self.clone();
        self.parts.work.spawn(async move {
            let calls = &conductor.parts.calls;
            let found = tokio::select! {
                () = cancel.cancelled() => return,
                found = timeout(PATIENCE, suggest(calls, &before, before.len(), &cancel)) => found,
            };
            conductor.tell(Event::Suggested(number, found.ok()));
        });
    }

    /// Gives up what servers were asked, and remembers how the next question is given up.
    pub(super) fn forget(&self, next: CancellationToken) {
        let before = std::mem::replace(&mut *self.parts.completing.lock(), next);
        before.cancel();
    }
}
