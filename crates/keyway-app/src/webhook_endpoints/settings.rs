use std::time::Duration;

/// The dials of webhooks that go out.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// The most endpoints of an organization.
    pub endpoints: u32,
    /// How many messages are sent at once in this process.
    pub concurrency: u32,
    /// How long an endpoint may take to answer.
    pub timeout: Duration,
    /// How long is waited before each attempt after the first; of each up to a tenth more, so that what
    /// failed together does not come back together. After the last one the message is a dead letter.
    pub retries: Vec<Duration>,
    /// An endpoint that took nothing for so long is switched off.
    pub give_up: Duration,
}

impl Default for WebhookSettings {
    /// Attempts as Standard Webhooks propose them: over three days in all.
    fn default() -> Self {
        let hours = |hours| Duration::from_hours(hours);
        Self {
            endpoints: 20,
            concurrency: 16,
            timeout: Duration::from_secs(15),
            retries: vec![
                Duration::from_secs(5),
                Duration::from_mins(5),
                Duration::from_mins(30),
                hours(2),
                hours(5),
                hours(10),
                hours(14),
                hours(20),
                hours(24),
            ],
            give_up: hours(24 * 5),
        }
    }
}
