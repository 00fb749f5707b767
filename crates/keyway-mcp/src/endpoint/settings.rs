use std::time::Duration;

use keyway_core::json::Bounds;

/// Limits and times of the endpoint.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bounds of a request's JSON.
    pub bounds: Bounds,
    /// After how long without a request an MCP session ends.
    pub session_idle: Duration,
    /// How many MCP sessions one principal may hold. One more ends its least recently used one.
    pub sessions_per_principal: usize,
    /// How many MCP sessions there may be. One more ends the least recently used one.
    pub sessions: usize,
    /// How many calls of one MCP session may run at once.
    pub calls_per_session: usize,
    /// How many resources one MCP session or listen stream may subscribe to.
    pub subscriptions: usize,
    /// How long a listen stream waits for its resources to be watched; those that are not by then
    /// are left out.
    pub subscribe_within: Duration,
    /// How many calls may wait for answers of clients of revision 2026-07-28; a quarter of them
    /// for the calls of one principal.
    pub parked: usize,
    /// How long a call waits for answers of its client.
    pub answer_within: Duration,
    /// After how long a call that has said nothing is answered by an event stream, which can be
    /// kept open.
    pub stream_after: Duration,
    /// How often an idle event stream gets a comment.
    pub keep_alive: Duration,
    /// How many bytes may wait for the reader of a stream.
    pub unread_bytes: usize,
    /// How many events may wait for the reader of a stream.
    pub unread_events: usize,
    /// For how long a reader with too much waiting may have taken nothing before it loses its
    /// stream. Until then only the messages that are too much are left out.
    pub stalled_after: Duration,
    /// How many bytes of a stream are kept for a client that comes back.
    pub replay_bytes: usize,
    /// How many events of a stream are kept for a client that comes back.
    pub replay_events: usize,
    /// How long a finished stream is kept for a client that comes back.
    pub replay_for: Duration,
    /// How long a client is told to wait before it comes back.
    pub retry: Duration,
    /// How long a cancelled call may take to wind up.
    pub wind_up: Duration,
    /// How long clients may hold what `server/discover` says for fresh, in milliseconds.
    pub discover_ttl_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            session_idle: Duration::from_hours(24),
            sessions_per_principal: 20_000,
            sessions: 50_000,
            calls_per_session: 256,
            subscriptions: 1_000,
            subscribe_within: Duration::from_secs(5),
            parked: 1_024,
            answer_within: Duration::from_mins(10),
            stream_after: Duration::from_secs(4),
            keep_alive: Duration::from_secs(15),
            unread_bytes: 1 << 20,
            unread_events: 4_096,
            stalled_after: Duration::from_secs(5),
            replay_bytes: 1 << 20,
            replay_events: 256,
            replay_for: Duration::from_mins(2),
            retry: Duration::from_secs(1),
            wind_up: Duration::from_secs(2),
            discover_ttl_ms: 60_000,
        }
    }
}
