use std::time::Duration;

/// The dials of work in the background.
#[derive(Debug, Clone)]
pub struct JobSettings {
    /// How many jobs run at once in this process.
    pub concurrency: u32,
    /// How long a job is held without a word of whoever holds it.
    pub lease: Duration,
    /// How often is looked for jobs and messages that another process wrote.
    pub poll: Duration,
    /// After how long a job is tried again the first time; each time after that twice as long.
    pub retry_first: Duration,
    /// The longest until it is tried again.
    pub retry_longest: Duration,
    /// How long jobs are listed after they were done or cancelled.
    pub keep_done: Duration,
    /// How long jobs are listed after they died.
    pub keep_dead: Duration,
    /// How long messages are kept for subscribers who come back.
    pub keep_messages: Duration,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            concurrency: 8,
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(500),
            retry_first: Duration::from_secs(5),
            retry_longest: Duration::from_mins(30),
            keep_done: Duration::from_hours(24 * 7),
            keep_dead: Duration::from_hours(24 * 30),
            keep_messages: Duration::from_hours(24),
        }
    }
}
