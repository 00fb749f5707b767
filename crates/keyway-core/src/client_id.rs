use std::fmt;
use std::str::FromStr;

use crate::ports::{Clock, Random};

/// The most bytes of a client id.
const MAX: usize = 2048;

/// The id of an OAuth client (RFC 6749 section 2.2): `client_<uuid>` for one that was registered,
/// the URL of its metadata document for one that was not.
///
/// ```
/// use keyway_core::ClientId;
///
/// let id: ClientId = "https://app.example/client.json".parse().unwrap();
/// assert!(id.is_url());
/// assert!("two words".parse::<ClientId>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

/// A text is no client id. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to {MAX} visible ASCII characters")]
pub struct BadClientId;

impl ClientId {
    /// A new id for a client that registers.
    pub fn generate(clock: &dyn Clock, random: &dyn Random) -> Self {
        Self(format!("client_{}", crate::ids::v7(clock, random)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the URL of a metadata document.
    pub fn is_url(&self) -> bool {
        self.0.starts_with("https://") || self.0.starts_with("http://")
    }
}

impl FromStr for ClientId {
    type Err = BadClientId;

    fn from_str(text: &str) -> Result<Self, BadClientId> {
        let visible = text.bytes().all(|b| matches!(b, 0x21..=0x7e));
        if text.is_empty() || text.len() > MAX || !visible {
            return Err(BadClientId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
