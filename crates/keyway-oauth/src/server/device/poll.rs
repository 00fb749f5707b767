use std::time::Duration;

use jiff::Timestamp;

use super::super::{ErrorCode, Refusal};

/// How much longer a terminal has to wait that asked too soon (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// What is known of a terminal that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When its codes end.
    pub expires_at: Timestamp,
    /// When it asked last.
    pub polled_at: Option<Timestamp>,
    /// How long it has to wait between two questions.
    pub interval: Duration,
    /// What the person said.
    pub decision: Decision,
    /// When it got its tokens.
    pub used_at: Option<Timestamp>,
}

/// What the person said to a terminal that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// Yes.
    Approved,
    /// No.
    Denied,
}

/// What a terminal that asks is told. Whatever it is, that it asked now is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// It gets tokens, if the code is still unused when they are made.
    Granted,
    /// It goes on waiting.
    Pending,
    /// It asked too soon: this is its interval from now on, to be kept.
    SlowDown(Duration),
    /// The person said no.
    Denied,
    /// The codes ended.
    Expired,
    /// The code got its tokens before.
    Used,
}

impl Waiting {
    /// Decides about a question asked now (RFC 8628 section 3.5).
    pub fn poll(&self, now: Timestamp) -> Poll {
        if self.used_at.is_some() {
            return Poll::Used;
        }
        if now >= self.expires_at {
            return Poll::Expired;
        }
        if self.decision == Decision::Denied {
            return Poll::Denied;
        }
        let waited = |at| now.duration_since(at);
        let least = jiff::SignedDuration::try_from(self.interval).unwrap_or_default();
        if self.polled_at.is_some_and(|at| waited(at) < least) {
            return Poll::SlowDown(self.interval.saturating_add(SLOWER));
        }
        match self.decision {
            Decision::Approved => Poll::Granted,
            Decision::Open | Decision::Denied => Poll::Pending,
        }
    }
}

impl Poll {
    /// What to answer, unless tokens are given.
    pub fn refusal(self) -> Option<Refusal> {
        let (code, description) = match self {
            Self::Granted => return None,
            Self::Pending => (
                ErrorCode::AuthorizationPending,
                "the person has not decided yet",
            ),
            Self::SlowDown(_) => (
                ErrorCode::SlowDown,
                "asked too soon: wait 5 seconds longer between two questions",
            ),
            Self::Denied => (ErrorCode::AccessDenied, "the person said no"),
            Self::Expired => (
                ErrorCode::ExpiredToken,
                "the device code expired: start again",
            ),
            Self::Used => (ErrorCode::InvalidGrant, "the device code was used"),
        };
        Some(Refusal::new(code, description))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    const WAITING: Waiting = Waiting {
        expires_at: Timestamp::MAX,
        polled_at: None,
        interval: Duration::from_secs(5),
        decision: Decision::Open,
        used_at: None,
    };

    #[test]
    fn a_terminal_that_asks_too_soon_has_to_wait_longer_each_time() {
        let waiting = Waiting {
            polled_at: Some(at(100)),
            ..WAITING
        };
        assert_eq!(waiting.poll(at(105)), Poll::Pending);
        assert_eq!(
            waiting.poll(at(104)),
            Poll::SlowDown(Duration::from_secs(10))
        );
        let slower = Waiting {
            polled_at: Some(at(104)),
            interval: Duration::from_secs(10),
            ..waiting
        };
        assert_eq!(
            slower.poll(at(113)),
            Poll::SlowDown(Duration::from_secs(15))
        );
        assert_eq!(slower.poll(at(114)), Poll::Pending);
        // An approval does not end the waiting.
        let approved = Waiting {
            decision: Decision::Approved,
            ..slower
        };
        assert_eq!(
            approved.poll(at(113)),
            Poll::SlowDown(Duration::from_secs(15))
        );
        assert_eq!(approved.poll(at(114)), Poll::Granted);
    }

    #[test]
    fn a_terminal_is_told_how_it_ended() {
        let told = |waiting: Waiting| {
            let refusal = waiting.poll(at(100)).refusal();
            refusal.map(|refusal| refusal.code())
        };
        assert_eq!(told(WAITING), Some(ErrorCode::AuthorizationPending));
        let expired = Waiting {
            expires_at: at(100),
            decision: Decision::Approved,
            ..WAITING
        };
        assert_eq!(told(expired), Some(ErrorCode::ExpiredToken));
        let denied = Waiting {
            decision: Decision::Denied,
            polled_at: Some(at(99)),
            ..WAITING
        };
        assert_eq!(told(denied), Some(ErrorCode::AccessDenied));
        let used = Waiting {
            used_at: Some(at(1)),
            decision: Decision::Approved,
            ..WAITING
        };
        assert_eq!(told(used), Some(ErrorCode::InvalidGrant));
        let approved = Waiting {
            decision: Decision::Approved,
            ..WAITING
        };
        assert_eq!(told(approved), None);
    }
}
