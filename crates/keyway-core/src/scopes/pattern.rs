use std::fmt;
use std::str::FromStr;

/// The most characters of a pattern.
const MAX: usize = 128;

/// Names of tools, with `*` for any run of characters: `github__*`.
///
/// ```
/// use keyway_core::scopes::ToolPattern;
///
/// let pattern: ToolPattern = "mcp__github__*".parse().unwrap();
/// assert!(pattern.matches("mcp__github__create_issue"));
/// assert!(!pattern.matches("mcp__gitlab__create_issue"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolPattern(String);

/// A text is no pattern of tool names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to {MAX} letters, digits, `_`, `-`, `.`, `/` and `*`")]
pub struct BadPattern;

impl ToolPattern {
    /// True for a tool of this name.
    pub fn matches(&self, tool: &str) -> bool {
        glob(self.0.as_bytes(), tool.as_bytes())
    }

    /// True when every name that `other` matches is matched by this one too. May say no where the
    /// answer is yes, never the other way round.
    pub fn covers(&self, other: &Self) -> bool {
        // A `*` of the other can stand for anything, `*` included, so matching it as text is a
        // proof: whatever run it stands for is a run that our own `*` had to swallow whole.
        glob_star(self.0.as_bytes(), other.0.as_bytes())
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ToolPattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let known = |b: u8| b.is_ascii_alphanumeric() || b"_-./*".contains(&b);
        if text.is_empty() || text.len() > MAX || !text.bytes().all(known) {
            return Err(BadPattern);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ToolPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Matches in time proportional to the product of the lengths, whatever the pattern.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    matching(pattern, text, |expected, found| expected == found)
}

/// Like [`glob`] over a text that is itself a pattern: its `*` is only matched by a `*`.
fn glob_star(pattern: &[u8], text: &[u8]) -> bool {
    matching(pattern, text, |expected, found| {
        expected == found && found != b'*'
    })
}

fn matching(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut at, mut read) = (0, 0);
    // Where the last `*` was, and how much of the text it has swallowed.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&found) = text.get(read) {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, read));
                at += 1;
            }
            Some(&expected) if same(expected, found) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star, swallowed)) = retry else {
                    return false;
                };
                retry = Some((star, swallowed + 1));
                at = star + 1;
                read = swallowed + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|&rest| rest == b'*')
}
