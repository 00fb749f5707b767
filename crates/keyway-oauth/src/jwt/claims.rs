use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::JwtError;

/// How far the clocks of two machines may differ.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// A moment in seconds since 1970, with or without a fraction (RFC 7519 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        let whole = SignedDuration::try_from_secs_f64(seconds.trunc());
        let moment = whole
            .ok()
            .and_then(|since| Timestamp::from_duration(since).ok());
        moment
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("out of range"))
    }
}

impl Moment {
    /// Refuses a token that ended (RFC 7519 section 4.1.4). Skew does not help one that ended
    /// longer ago.
    pub(crate) fn check_end(end: Option<Self>, now: Timestamp) -> Result<Self, JwtError> {
        let end = end.ok_or(JwtError::Expired)?;
        if now.duration_since(end.0) >= SKEW {
            return Err(JwtError::Expired);
        }
        Ok(end)
    }

    /// Refuses a token that begins later (RFC 7519 sections 4.1.5 and 4.1.6).
    pub(crate) fn check_begin(begin: Option<Self>, now: Timestamp) -> Result<(), JwtError> {
        match begin {
            Some(begin) if begin.0.duration_since(now) > SKEW => Err(JwtError::NotYet),
            _ => Ok(()),
        }
    }
}

/// `aud`: one text or several (RFC 7519 section 4.1.3).
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}
