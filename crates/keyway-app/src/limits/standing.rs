use std::time::Duration;

use keyway_core::{Error, Kind};

use super::{Limit, Rate};

/// How someone stands with a limit, right after they asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which limit.
    pub limit: Limit,
    /// The rate that holds.
    pub rate: Rate,
    /// How often they may ask again at once.
    pub remaining: u32,
}

impl Standing {
    /// After how long the bucket is full again.
    pub fn resets_in(&self) -> Duration {
        let used = self.rate.limit.saturating_sub(self.remaining);
        (self.rate.window / self.rate.limit.max(1)) * used
    }
}

/// Asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// How they stand with the limit that was exceeded.
    pub standing: Standing,
    /// After how long to ask again.
    pub retry_after: Duration,
}

impl From<Exceeded> for Error {
    fn from(exceeded: Exceeded) -> Self {
        let seconds =
            exceeded.retry_after.as_secs() + u64::from(exceeded.retry_after.subsec_nanos() > 0);
        let limit = exceeded.standing.limit.as_str();
        let message = format!("too many requests: the limit `{limit}` is used up");
        Error::new(Kind::RateLimited, "rate_limited", message)
            .with_hint(format!("try again in {seconds} s"))
            .with_retry_after(exceeded.retry_after)
    }
}
