use std::time::Duration;

use keyway_core::scopes::ToolPattern;
pub use keyway_store::Durability;

/// The dials of the audit log.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// What an event survives once it was written.
    pub durability: Durability,
    /// The tools whose arguments are kept, with secrets masked.
    pub keep_arguments: Vec<ToolPattern>,
    /// How long an event that nobody waits for may wait for others.
    pub commit_interval: Duration,
    /// After how many events a checkpoint is signed.
    pub checkpoint_events: u64,
    /// After how long a checkpoint is signed, when there is anything new.
    pub checkpoint_interval: Duration,
    /// How many events may wait to be written.
    pub queue: usize,
    /// How long a caller waits for its event to be written.
    pub patience: Duration,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            durability: Durability::Process,
            keep_arguments: Vec::new(),
            commit_interval: Duration::from_millis(20),
            checkpoint_events: 1_000,
            checkpoint_interval: Duration::from_mins(5),
            queue: 8_192,
            patience: Duration::from_secs(5),
        }
    }
}
