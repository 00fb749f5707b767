use std::time::Duration;

/// The dials of what comes in by webhooks.
#[derive(Debug, Clone)]
pub struct InboxSettings {
    /// How many deliveries are said to agents at once in this process.
    pub concurrency: u32,
    /// How long deliveries are kept. What is still to be done stays.
    pub keep: Duration,
    /// How often a delivery is tried before it is a dead letter.
    pub attempts: u32,
}

impl Default for InboxSettings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            keep: Duration::from_hours(24 * 7),
            attempts: 5,
        }
    }
}
