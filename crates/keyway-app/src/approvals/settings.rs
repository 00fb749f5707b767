use std::time::Duration;

/// The dials of approvals.
#[derive(Debug, Clone)]
pub struct ApprovalSettings {
    /// How long a call waits for a decision, and for being run after one.
    pub expiry: Duration,
    /// How long a request waits for a decision before it is answered that there is none yet.
    pub wait: Duration,
    /// How long approvals are listed after they were asked for.
    pub keep: Duration,
    /// How many calls of one person or service account wait for a decision at once.
    pub pending: u32,
    /// How long an approved call counts as running without a word of whoever runs it.
    pub lease: Duration,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self {
            expiry: Duration::from_hours(24),
            wait: Duration::from_secs(30),
            keep: Duration::from_hours(24 * 90),
            pending: 200,
            lease: Duration::from_secs(10),
        }
    }
}
