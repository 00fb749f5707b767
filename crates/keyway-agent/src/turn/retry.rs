use std::time::Duration;

use keyway_core::ports::Random;

use crate::model::ModelError;

/// How often, and after how long, a model is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most attempts for one answer, the first included.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from there.
    pub first: Duration,
    /// The longest wait of our own choosing.
    pub longest: Duration,
    /// The longest wait a vendor may ask for. One that asks for more is not asked again.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            patience: Duration::from_mins(2),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the attempt after this one, or `None` when there is none.
    ///
    /// Our own waits are between half and all of what doubling gives, so that many clients do
    /// not come back at once; what the vendor asks for is a lower bound.
    pub(super) fn wait(
        &self,
        attempt: u32,
        error: &ModelError,
        random: &dyn Random,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !error.kind.is_passing() {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << (attempt - 1).min(16));
        let most = doubled.min(self.longest);
        let mut byte = [0];
        random.fill(&mut byte);
        let ours = most / 2 + most / 2 * u32::from(byte[0]) / 255;
        match error.retry_after {
            Some(theirs) if theirs > self.patience => None,
            Some(theirs) => Some(theirs + ours / 4),
            None => Some(ours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelErrorKind;

    struct Byte(u8);

    impl Random for Byte {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn waits_double_up_to_a_limit_and_are_spread() {
        let policy = RetryPolicy::default();
        let error = ModelError::from(ModelErrorKind::Unavailable);
        let waits = |byte| {
            (1..6)
                .map(|attempt| policy.wait(attempt, &error, &Byte(byte)))
                .map(|wait| wait.map(|wait| wait.as_millis()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            waits(255),
            [Some(1000), Some(2000), Some(4000), Some(8000), None]
        );
        assert_eq!(
            waits(0),
            [Some(500), Some(1000), Some(2000), Some(4000), None]
        );
    }

    #[test]
    fn a_vendor_is_given_the_time_it_asks_for_within_reason() {
        let policy = RetryPolicy::default();
        let asks_for = |seconds| {
            let mut error = ModelError::from(ModelErrorKind::RateLimited);
            error.retry_after = Some(Duration::from_secs(seconds));
            policy.wait(1, &error, &Byte(0))
        };
        assert!(asks_for(7).is_some_and(|wait| wait >= Duration::from_secs(7)));
        assert_eq!(asks_for(3600), None);
    }

    #[test]
    fn what_does_not_pass_is_not_asked_again() {
        let error = ModelError::from(ModelErrorKind::KeyRefused);
        assert_eq!(RetryPolicy::default().wait(1, &error, &Byte(0)), None);
    }
}
