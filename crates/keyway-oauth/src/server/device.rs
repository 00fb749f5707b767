//! Terminals: codes that people type, and what a terminal is told that asks (RFC 8628).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::{ErrorCode, Refusal};

/// Consonants that nobody takes for one another, and that make no words (RFC 8628 section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a code: 34 bits, of which one in billions is in use.
const LENGTH: usize = 8;
/// How much longer a terminal has to wait that asked too soon (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// What a person types to let a terminal in: eight consonants, shown as `XXXX-XXXX`.
///
/// ```
/// use keyway_oauth::server::device::UserCode;
///
/// let code: UserCode = "bcdf ghjk".parse().unwrap();
/// assert_eq!(code.to_string(), "BCDF-GHJK");
/// assert_eq!(code.as_str(), "BCDFGHJK");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserCode(String);

/// A text is no user code. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a code of the form XXXX-XXXX, as the terminal shows it")]
pub struct BadUserCode;

impl UserCode {
    /// The code of some random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(bytes);
        let letters = (0..LENGTH).map(|_| {
            let nth = usize::try_from(rest % 20).unwrap_or_default();
            rest /= 20;
            char::from(ALPHABET.get(nth).copied().unwrap_or(b'B'))
        });
        Self(letters.collect())
    }

    /// The letters alone, in upper case: what is hashed and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserCode {
    type Err = BadUserCode;

    /// Reads what a person typed: lower case, spaces and dashes of any kind do not matter.
    fn from_str(text: &str) -> Result<Self, BadUserCode> {
        let dash = |c: char| {
            matches!(
                c,
                '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}'
            )
        };
        let mut letters = String::with_capacity(LENGTH);
        for c in text.chars().take(64) {
            if c.is_whitespace() || dash(c) {
                continue;
            }
            let letter = c.to_ascii_uppercase();
            let known = letter.is_ascii() && ALPHABET.iter().any(|&b| char::from(b) == letter);
            if !known || letters.len() == LENGTH {
                return Err(BadUserCode);
            }
            letters.push(letter);
        }
        if letters.len() != LENGTH {
            return Err(BadUserCode);
        }
        Ok(Self(letters))
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = self.0.split_at(LENGTH / 2);
        write!(f, "{left}-{right}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[user code]")
    }
}

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
    fn what_people_type_is_read() {
        for text in ["BCDF-GHJK", "bcdfghjk", " bcdf – ghjk ", "b c d f g h j k"] {
            assert_eq!(text.parse::<UserCode>().unwrap().as_str(), "BCDFGHJK");
        }
        for text in [
            "",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "BCDF-GHJA",
            "BCDF-GHJ1",
            "ßCDF-GHJK",
        ] {
            assert_eq!(text.parse::<UserCode>(), Err(BadUserCode));
        }
        assert!("-".repeat(1000).parse::<UserCode>().is_err());
    }

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

    proptest::proptest! {
        #[test]
        fn every_code_is_read_as_it_is_shown(bytes: [u8; 16]) {
            let code = UserCode::from_random(bytes);
            proptest::prop_assert_eq!(code.to_string().parse::<UserCode>(), Ok(code));
        }
    }
}
