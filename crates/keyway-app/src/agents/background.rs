//! The turns that run in this process.

use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::SessionId;
use keyway_store::SessionLease;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::seats::Seats;
use crate::App;

/// The turns that run in this process, by session, and what stops them.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    running: Mutex<HashMap<SessionId, Running>>,
    /// A message was taken here.
    pub(crate) wake: Arc<Notify>,
    /// Who follows sessions.
    pub(super) seats: Arc<Seats>,
}

/// A turn that runs, by the fence of its lease.
#[derive(Debug, Clone)]
struct Running {
    fence: i64,
    stop: CancellationToken,
}

/// A turn is known for as long as this is there.
pub(super) struct Known {
    app: App,
    lease: SessionLease,
}

impl Turns {
    /// Stops the turn that runs in a session here.
    pub(super) fn stop(&self, session: &SessionId) {
        if let Some(running) = self.running.lock().get(session) {
            running.stop.cancel();
        }
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let mut turns = self.app.inner.turns.running.lock();
        // The next turn of the session may run already.
        if turns
            .get(&self.lease.id)
            .is_some_and(|running| running.fence == self.lease.fence)
        {
            turns.remove(&self.lease.id);
        }
    }
}

impl App {
    /// Makes a turn known, for as long as what is answered is there.
    pub(super) fn know_turn(&self, lease: &SessionLease, stop: &CancellationToken) -> Known {
        let running = Running {
            fence: lease.fence,
            stop: stop.clone(),
        };
        let turns = &self.inner.turns;
        turns.running.lock().insert(lease.id.clone(), running);
        Known {
            app: self.clone(),
            lease: lease.clone(),
        }
    }
}
