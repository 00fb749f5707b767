use std::hash::{Hash, Hasher};

use bytes::Bytes;
use keyway_core::json;

/// A request id: a JSON string or integer, kept as it was written. Two ids are equal when they mean
/// the same string or are the same integer text.
#[derive(Clone)]
pub struct Id(Bytes);

impl Id {
    /// An id of our own.
    pub fn number(number: u64) -> Self {
        Self(Bytes::from(number.to_string()))
    }

    /// Takes the JSON text of a string or an integer; `None` for anything else (null, floats,
    /// exponents, objects). `raw` must be one well-formed JSON value.
    pub fn from_raw(raw: Bytes) -> Option<Self> {
        let text = std::str::from_utf8(&raw).ok()?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let good = text.starts_with('"')
            || (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        good.then_some(Self(raw))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("null")
    }

    /// The JSON text as shared bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The number, when the id is one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_str().parse().ok()
    }

    /// A copy that does not keep the message alive it was read from.
    pub fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    fn is_escaped(&self) -> bool {
        memchr::memchr(b'\\', &self.0).is_some()
    }

    fn meaning(&self) -> std::borrow::Cow<'_, str> {
        json::unquote(self.as_str())
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        if self.is_escaped() || other.is_escaped() {
            let both_strings = self.0.starts_with(b"\"") && other.0.starts_with(b"\"");
            both_strings && self.meaning() == other.meaning()
        } else {
            self.0 == other.0
        }
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.is_escaped() {
            json::quote(&self.meaning()).as_bytes().hash(state);
        } else {
            self.0.as_ref().hash(state);
        }
    }
}

impl std::fmt::Debug for Id {
    /// Ids come from the other side, so only their length is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Id({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_strings_and_integers_only() {
        for good in ["1", "-7", "\"a\"", "\"\"", "123456789012345678901234567890"] {
            assert!(Id::from_raw(Bytes::from(good)).is_some(), "{good}");
        }
        for bad in ["null", "1.0", "1e3", "{}", "[]", "true", "-"] {
            assert!(Id::from_raw(Bytes::from(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn equal_by_meaning() {
        let id = |text: &'static str| Id::from_raw(Bytes::from_static(text.as_bytes())).unwrap();
        assert_eq!(id("\"a\""), id("\"\\u0061\""));
        assert_ne!(id("1"), id("\"1\""));
        assert_ne!(id("1"), id("\"\\u0031\""));
        let set: std::collections::HashSet<Id> = [id("\"\\u0061\"")].into();
        assert!(set.contains(&id("\"a\"")));
    }
}
