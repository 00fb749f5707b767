use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::Clock;
use parking_lot::Mutex;

/// A clock that stands still until it is moved. Clones are the same clock.
///
/// ```
/// use std::time::Duration;
///
/// use keyway_core::ports::Clock as _;
/// use keyway_testing::FixedClock;
///
/// let clock = FixedClock::at("2026-03-01T08:00:00Z");
/// let other = clock.clone();
/// clock.forward(Duration::from_secs(90));
/// assert_eq!(other.now().to_string(), "2026-03-01T08:01:30Z");
/// ```
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<Mutex<Timestamp>>);

impl FixedClock {
    /// A clock at a moment, as RFC 3339 writes it.
    ///
    /// # Panics
    ///
    /// When the text is no moment.
    #[track_caller]
    pub fn at(moment: &str) -> Self {
        let moment = moment.parse();
        Self(Arc::new(Mutex::new(
            moment.expect("a moment like 2026-03-01T08:00:00Z"),
        )))
    }

    /// Moves it on.
    pub fn forward(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        let mut now = self.0.lock();
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Default for FixedClock {
    /// The first moment of 2026.
    fn default() -> Self {
        Self::at("2026-01-01T00:00:00Z")
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}
