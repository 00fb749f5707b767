use std::fmt;
use std::str::FromStr;

/// The most characters of a name.
const MAX: usize = 100;

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
        let length = name.chars().take(MAX + 1).count();
        if length == 0 || length > MAX || !name.chars().all(is_plain) || has_heaps(name) {
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

/// True for what is seen as itself. Not so: controls, spaces other than the common one, fillers,
/// zero-width and bidirectional characters, tags, private use, non-characters, and what opens
/// markup.
fn is_plain(c: char) -> bool {
    let hidden = c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '<' | '>'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..
        );
    !hidden
}

/// True when more marks than any script has are stacked on one character: they would be drawn over
/// what stands around.
fn has_heaps(name: &str) -> bool {
    let is_mark = |c: char| {
        matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}')
    };
    let mut run = 0;
    name.chars().any(|c| {
        run = if is_mark(c) { run + 1 } else { 0 };
        run > 3
    })
}
