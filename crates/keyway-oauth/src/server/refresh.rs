//! What becomes of a refresh token that is presented (OAuth 2.1 section 4.3.1).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What is known of a refresh token that is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used first.
    pub used_at: Option<Timestamp>,
    /// What became of the pair that came of it.
    pub successor: Successor,
}

/// What became of the pair that came of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    /// Neither its access token nor its refresh token was ever used.
    Unused,
    /// One of them was used, or is gone: the answer did arrive.
    Used,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Mark it used and give a new pair.
    Rotate,
    /// The answer was lost: end the pair that came of it, which nobody has, and give a new one.
    ReplaceSuccessor,
    /// Someone else has it, too: end everything that came of the grant.
    Reuse,
    /// It ended: refuse it, and nothing else.
    Expired,
}

impl Presented {
    /// Decides about the token. For `grace` after its first use it may be presented again, as long
    /// as nobody used what came of it.
    pub fn decide(&self, now: Timestamp, grace: Duration) -> Rotation {
        let grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::ZERO);
        match self.used_at {
            // A used one tells of a theft, however old it is.
            Some(at) if self.successor == Successor::Used || now.duration_since(at) > grace => {
                Rotation::Reuse
            }
            _ if now >= self.expires_at => Rotation::Expired,
            Some(_) => Rotation::ReplaceSuccessor,
            None => Rotation::Rotate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(30);

    fn decide(used_at: Option<i64>, successor: Successor, now: i64) -> Rotation {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let presented = Presented {
            expires_at: at(1000),
            used_at: used_at.map(at),
            successor,
        };
        presented.decide(at(now), GRACE)
    }

    #[test]
    fn a_token_rotates_once() {
        assert_eq!(decide(None, Successor::Unused, 999), Rotation::Rotate);
        assert_eq!(decide(None, Successor::Unused, 1000), Rotation::Expired);
    }

    #[test]
    fn a_lost_answer_is_given_anew_within_the_grace() {
        let unused = |now| decide(Some(100), Successor::Unused, now);
        assert_eq!(unused(100), Rotation::ReplaceSuccessor);
        assert_eq!(unused(130), Rotation::ReplaceSuccessor);
        assert_eq!(unused(131), Rotation::Reuse);
        // A clock that went back is no reuse.
        assert_eq!(unused(99), Rotation::ReplaceSuccessor);
    }

    #[test]
    fn an_answer_that_arrived_makes_every_repetition_a_reuse() {
        for now in [99, 100, 101, 131, 5000] {
            assert_eq!(decide(Some(100), Successor::Used, now), Rotation::Reuse);
        }
        assert_eq!(
            decide(Some(990), Successor::Unused, 1010),
            Rotation::Expired
        );
    }

    #[test]
    fn without_a_grace_every_repetition_is_a_reuse() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let presented = Presented {
            expires_at: at(1000),
            used_at: Some(at(100)),
            successor: Successor::Unused,
        };
        assert_eq!(presented.decide(at(101), Duration::ZERO), Rotation::Reuse);
    }
}
