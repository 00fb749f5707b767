use std::convert::Infallible;
use std::str::FromStr;

use super::operations::Operation;

/// Which operations are meant: a tag or an operation's id (`pets`, `list*`), or `METHOD /path`
/// (`GET /pets/*`, `/admin/**`). In a path `*` is within one segment and `**` over any number; in a tag
/// or an id `*` is anything.
///
/// ```
/// use keyway_manifest::openapi::Pattern;
///
/// let pattern: Pattern = "GET /pets/*".parse().unwrap();
/// assert!(pattern.names("GET", "/pets/{id}", None, &[]));
/// assert!(!pattern.names("GET", "/pets/{id}/toys", None, &[]));
/// assert!(!pattern.names("DELETE", "/pets/{id}", None, &[]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    method: Option<String>,
    is_path: bool,
}

impl FromStr for Pattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        let (method, rest) = match text.split_once(' ') {
            Some((method, rest)) if rest.trim_start().starts_with('/') => {
                (Some(method.to_ascii_uppercase()), rest.trim_start())
            }
            _ => (None, text),
        };
        Ok(Self {
            text: rest.to_owned(),
            method: method.filter(|method| method != "*"),
            is_path: rest.starts_with('/'),
        })
    }
}

impl Pattern {
    /// True when it names that operation.
    pub fn names(&self, method: &str, path: &str, id: Option<&str>, tags: &[&str]) -> bool {
        if self.is_path {
            return self.method.as_ref().is_none_or(|one| one == method)
                && glob(self.text.as_bytes(), path.as_bytes(), Some(b'/'));
        }
        let text = self.text.as_bytes();
        id.iter()
            .chain(tags)
            .any(|name| glob(text, name.as_bytes(), None))
    }

    pub(super) fn takes(&self, operation: &Operation<'_>) -> bool {
        let tags = operation.tags();
        self.names(operation.method, &operation.path, operation.id(), &tags)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> String {
        match &self.method {
            Some(method) => format!("{method} {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// Matches in time linear in text times pattern: the last `*` alone is taken back, and the last `**`.
fn glob(pattern: &[u8], text: &[u8], separator: Option<u8>) -> bool {
    // reach[i]: the pattern so far matches the first i bytes of the text.
    let mut reach = vec![false; text.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    let mut rest = pattern;
    while let Some((&byte, after)) = rest.split_first() {
        let mut next = vec![false; text.len() + 1];
        if byte == b'*' {
            let double = after.first() == Some(&b'*');
            rest = if double {
                after.get(1..).unwrap_or_default()
            } else {
                after
            };
            let mut open = false;
            for (at, slot) in next.iter_mut().enumerate() {
                let before = at.checked_sub(1).and_then(|before| text.get(before));
                let stops = !double && separator.is_some() && before == separator.as_ref();
                open = reach.get(at) == Some(&true) || (open && !stops);
                *slot = open;
            }
        } else {
            rest = after;
            for (at, slot) in next.iter_mut().enumerate().skip(1) {
                *slot = reach.get(at - 1) == Some(&true) && text.get(at - 1) == Some(&byte);
            }
        }
        reach = next;
    }
    reach.last() == Some(&true)
}
