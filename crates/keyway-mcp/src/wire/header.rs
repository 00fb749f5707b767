use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// A mirrored header that holds what a header may not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the header holds characters or an encoding that are not allowed")]
pub struct BadHeader;

/// Writes a value of the body (`Mcp-Name`, `Mcp-Param-*`) as a header: as it is where that is safe,
/// else in the base64 form (MCP 2026-07-28, Streamable HTTP, "Value Encoding").
pub fn encode_header(value: &str) -> HeaderValue {
    let visible = value
        .bytes()
        .all(|byte| matches!(byte, b'\t' | 0x20..=0x7e));
    let padded = value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']);
    let coded = value.starts_with(PREFIX) && value.ends_with(SUFFIX);
    let plain = visible && !padded && !coded;
    let text = if plain {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("{PREFIX}{}{SUFFIX}", STANDARD.encode(value)))
    };
    // Only visible ASCII, space and tab are left, so this cannot fail.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Reads what [`encode_header`] wrote.
pub fn decode_header(value: &HeaderValue) -> Result<Cow<'_, str>, BadHeader> {
    let text = value.to_str().map_err(|_| BadHeader)?;
    let coded = text
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    match coded {
        None => Ok(Cow::Borrowed(text)),
        Some(coded) => {
            let bytes = STANDARD.decode(coded).map_err(|_| BadHeader)?;
            String::from_utf8(bytes)
                .map(Cow::Owned)
                .map_err(|_| BadHeader)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_examples_of_the_specification() {
        for (value, header) in [
            ("us-west1", "us-west1"),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
            ("", ""),
        ] {
            assert_eq!(encode_header(value), header);
            assert_eq!(decode_header(&encode_header(value)).unwrap(), value);
        }
    }

    #[test]
    fn refuses_bad_encodings() {
        for bad in ["=?base64?!!?=", "=?base64?/w==?=", "=?base64?SGVsbG8?="] {
            assert_eq!(
                decode_header(&HeaderValue::from_static(bad)),
                Err(BadHeader),
                "{bad}"
            );
        }
        assert!(decode_header(&HeaderValue::from_bytes(b"\xff").unwrap()).is_err());
        let loud = HeaderValue::from_static("=?BASE64?SGVsbG8=?=");
        assert_eq!(decode_header(&loud).unwrap(), "=?BASE64?SGVsbG8=?=");
    }
}
