use std::time::Duration;

/// The dials of calls that MCP clients come back for.
#[derive(Debug, Clone)]
pub struct TaskSettings {
    /// How many run at once in this process. Others wait.
    pub concurrency: u32,
    /// How long a task is kept after it began, with what came of it. One that runs until then ends.
    pub keep: Duration,
    /// How many that have not ended one who asks may have.
    pub per_principal: u32,
}

impl TaskSettings {
    /// How many that have ended are kept for one who asks, for each that may be open.
    pub(super) const ENDED: u32 = 8;
    /// How often a turn of an agent is tried before it is given up.
    pub(super) const ATTEMPTS: u32 = 5;
    /// How long a task waits for answers of its client.
    pub(super) const ASKS: Duration = Duration::from_hours(1);
    /// How long clients are told to wait before they ask again.
    pub(super) const POLL: Duration = Duration::from_secs(1);
}

impl Default for TaskSettings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            keep: Duration::from_hours(24),
            per_principal: 64,
        }
    }
}
