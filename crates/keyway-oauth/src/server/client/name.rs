use std::fmt;
use std::str::FromStr;

use keyway_core::{MAX_NAME, is_visible};

/// The name of a client, as people read it before they agree: one line without anything that
/// cannot be seen, turns the text around, or looks like markup.
///
/// Such names are refused, not cleaned: a name that people would see otherwise than its client wrote
/// it is no mistake.
///
/// ```
/// use keyway_oauth::server::client::ClientName;
///
/// assert!("Ada's editor".parse::<ClientName>().is_ok());
/// assert!("pay\u{202e}lap".parse::<ClientName>().is_err());
/// assert!("<b>Keyway</b>".parse::<ClientName>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientName(String);

/// A text is no name. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("client_name has to be 1 to 100 visible characters without < and >")]
pub struct BadName;

impl ClientName {
    /// The name of a client that has none.
    pub fn unnamed() -> Self {
        Self(String::from("Unnamed client"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientName {
    type Err = BadName;

    /// Reads a name. Spaces around it do not count.
    fn from_str(text: &str) -> Result<Self, BadName> {
        let name = text.trim_matches(' ');
        let length = name.chars().take(MAX_NAME + 1).count();
        if length == 0 || length > MAX_NAME || !is_visible(name) || name.contains(['<', '>']) {
            return Err(BadName);
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
