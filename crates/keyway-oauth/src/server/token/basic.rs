use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_core::Secret;
use zeroize::Zeroizing;

use super::super::form;

/// The longest header that is looked at.
const MAX: usize = 8 << 10;

/// Reads the value of a Basic `Authorization` header: id and secret, each encoded as in a form (RFC
/// 6749 section 2.3.1). `None` for what is no such value.
pub(super) fn read(value: &str) -> Option<(String, Secret<String>)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if value.len() > MAX || !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD
        .decode(encoded.trim_matches(' '))
        .map(Zeroizing::new)
        .ok()?;
    let decoded = std::str::from_utf8(&decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form::decode(id)?, Secret::new(form::decode(secret)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Option<(String, String)> {
        let read = read(&format!("Basic {}", STANDARD.encode(text)))?;
        Some((read.0, read.1.expose().clone()))
    }

    #[test]
    fn id_and_secret_are_decoded_as_forms_are() {
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(basic("client_1:kws_x"), pair("client_1", "kws_x"));
        assert_eq!(
            basic("https%3A%2F%2Fapp.example%2Fc.json:a%3Ab+c"),
            pair("https://app.example/c.json", "a:b c")
        );
        assert_eq!(basic("id:"), pair("id", ""));
        // Only the first colon separates.
        assert_eq!(basic("id:a:b"), pair("id", "a:b"));
    }

    #[test]
    fn what_is_no_basic_header_is_none() {
        assert_eq!(basic("no colon"), None);
        assert_eq!(basic("id:%zz"), None);
        for value in ["", "Basic", "Basic !!", "Bearer aWQ6eA==", "Basic /w=="] {
            assert!(read(value).is_none());
        }
        assert!(read(&format!("Basic {}", "A".repeat(MAX))).is_none());
    }
}
