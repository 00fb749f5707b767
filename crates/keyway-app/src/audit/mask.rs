//! What is kept of texts from outside: never what looks like a secret, and never much.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use keyway_core::secrets::{is_secret_value, looks_secret};
use serde_json::{Map, Value, json};

/// What stands where a secret stood.
const MASK: &str = "[masked]";
/// The longest arguments that are read to be kept, in bytes.
const READ: usize = 64 << 10;
/// The longest arguments that are kept, in bytes.
const KEPT: usize = 8 << 10;
/// The longest text in a detail, in bytes.
const DETAIL: usize = 1 << 10;

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    super::record::hex(&sha256(bytes))
}

/// Arguments as they are kept; a remark in their place where they are too long.
pub(super) fn kept(text: &str) -> Option<Value> {
    let left_out = || Some(json!({ "leftOut": format!("{} bytes", text.len()) }));
    if text.len() > READ {
        return left_out();
    }
    let masked = masked(&serde_json::from_str(text).ok()?);
    if masked.to_string().len() > KEPT {
        return left_out();
    }
    Some(masked)
}

/// A detail's value as it is kept.
pub(super) fn detail(name: &str, value: &Value) -> Value {
    if looks_secret(name) && !value.is_boolean() {
        return MASK.into();
    }
    let value = masked(value);
    if value.to_string().len() > DETAIL {
        return json!("[too long]");
    }
    value
}

fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => masked_text(text).into_owned().into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = if looks_secret(name) && !value.is_null() {
                    MASK.into()
                } else {
                    masked(value)
                };
                (masked_text(name).into_owned(), value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        plain => plain.clone(),
    }
}

/// A text with every word masked that is a secret, or that stands behind a name of one.
pub(super) fn masked_text(text: &str) -> Cow<'_, str> {
    if is_secret_value(text) || text.contains("-----BEGIN ") {
        return Cow::Borrowed(MASK);
    }
    let mut out = String::new();
    let mut done = 0;
    let mut before = Before::Nothing;
    for (start, word) in words(text) {
        let secret = match before {
            Before::Scheme => word.len() >= 6,
            Before::Name => true,
            Before::Nothing => is_secret_value(word),
        };
        let end = start + word.len();
        if secret {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(MASK);
            done = end;
        }
        before = match text.as_bytes().get(end) {
            _ if ["bearer", "basic"]
                .iter()
                .any(|s| s.eq_ignore_ascii_case(word)) =>
            {
                Before::Scheme
            }
            Some(b'=' | b':') if looks_secret(word) => Before::Name,
            // The password of `scheme://user:password@host`.
            Some(b':')
                if text.get(..start).is_some_and(|left| left.ends_with("://"))
                    && !is_port(text.get(end + 1..).unwrap_or_default()) =>
            {
                Before::Name
            }
            _ => Before::Nothing,
        };
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether what stands behind `scheme://host:` is a port, and no password with its host after it.
fn is_port(text: &str) -> bool {
    let rest = text.split(char::is_whitespace).next().unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let ends = |b: &u8| !b.is_ascii_alphanumeric();
    (1..=5).contains(&digits) && rest.as_bytes().get(digits).is_none_or(ends) && !rest.contains('@')
}

/// What stands before a word.
enum Before {
    Nothing,
    /// `Bearer`
    Scheme,
    /// `password=`
    Name,
}

/// The words of a text and where they begin: letters of tokens, and signs of encodings.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let inside = |c: char| {
        c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '%' | '!' | '$' | '*')
    };
    text.split(move |c| !inside(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// A URI without the parts that may hold secrets: who signs in, the query and the fragment.
pub(super) fn uri(uri: &str) -> String {
    let plain = uri.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else {
        return masked_text(plain).into_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{}", masked_text(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let kept = kept(&json!({
            "path": "/srv/a.txt",
            "password": "canary-1",
            "pin": 1234,
            "headers": { "Authorization": "canary-2", "x-api-key": ["canary-3"] },
            "note": "ghp_canary4canary4canary4",
            "command": "curl -H 'Authorization: Bearer canary5canary5' https://u:canary6@h/?token=canary7",
            "pem": "-----BEGIN KEY-----\ncanary8\n-----END KEY-----",
            "list": ["say kwa_canary9canary9canary9 twice"],
        }).to_string());
        let text = kept.unwrap().to_string();
        assert!(!text.contains("canary") && !text.contains("1234"), "{text}");
        assert!(
            text.contains("/srv/a.txt") && text.contains("curl"),
            "{text}"
        );
    }

    #[test]
    fn a_port_is_no_password() {
        let plain = "http://127.0.0.1:18731/mcp";
        assert_eq!(masked_text(plain), plain);
        assert_eq!(masked_text("http://u:18731@h/"), "http://u:[masked]@h/");
    }

    #[test]
    fn much_is_left_out() {
        for length in [KEPT, READ, 1 << 20] {
            let kept = kept(&json!({ "text": "x".repeat(length) }).to_string()).unwrap();
            assert_eq!(kept["leftOut"], format!("{} bytes", length + 11));
        }
    }

    #[test]
    fn a_uri_keeps_its_place_and_no_more() {
        for (given, kept) in [
            ("file:///srv/a.txt", "file:///srv/a.txt"),
            (
                "postgres://ada:canary@db/users?sslkey=x#y",
                "postgres://db/users",
            ),
            ("note:one?token=canary", "note:one"),
            ("https://h/ghp_0123456789abcdef/x", "https://h/[masked]/x"),
        ] {
            assert_eq!(uri(given), kept);
        }
    }
}
