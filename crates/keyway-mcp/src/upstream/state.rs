use keyway_core::ports::UpstreamState;
use parking_lot::Mutex;

/// Where the connection to a server stands, and why.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) state: UpstreamState,
    /// Without secrets.
    pub(super) reason: Option<String>,
    pub(super) since: jiff::Timestamp,
    pub(super) next_retry: Option<jiff::Timestamp>,
    pub(super) protocol: Option<&'static str>,
    pub(super) over_sse: bool,
}

/// The standing, to be read at any time.
#[derive(Debug)]
pub(super) struct State(Mutex<Standing>);

impl State {
    pub(super) fn new(since: jiff::Timestamp) -> Self {
        Self(Mutex::new(Standing {
            state: UpstreamState::Configured,
            reason: None,
            since,
            next_retry: None,
            protocol: None,
            over_sse: false,
        }))
    }

    pub(super) fn get(&self) -> Standing {
        self.0.lock().clone()
    }

    pub(super) fn current(&self) -> UpstreamState {
        self.0.lock().state
    }

    /// Enters a state. True when it is another one than before.
    pub(super) fn enter(
        &self,
        state: UpstreamState,
        reason: Option<String>,
        next_retry: Option<jiff::Timestamp>,
        now: jiff::Timestamp,
    ) -> bool {
        let mut standing = self.0.lock();
        let changed = standing.state != state;
        if changed {
            standing.state = state;
            standing.since = now;
        }
        standing.reason = reason;
        standing.next_retry = next_retry;
        changed
    }

    /// Notes what is spoken.
    pub(super) fn speaks(&self, protocol: &'static str, over_sse: bool) {
        let mut standing = self.0.lock();
        standing.protocol = Some(protocol);
        standing.over_sse = over_sse;
    }
}
