use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// Base64 (RFC 4648, section 4), with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A content block (MCP `ContentBlock`) or the contents of a resource in words: its text, or what
/// it is.
pub fn block_text(block: &Value) -> String {
    let text = |pointer: &str| block.pointer(pointer).and_then(Value::as_str);
    let bytes = |data: &str| data.len() / 4 * 3;
    let about = |kind: &str, media: Option<&str>, data: Option<&str>| {
        let media = media.unwrap_or("of unknown type");
        format!("[{kind} {media}, about {} bytes]", data.map_or(0, bytes))
    };
    match text("/type").unwrap_or_default() {
        "text" => text("/text").unwrap_or_default().to_owned(),
        kind @ ("image" | "audio") => about(kind, text("/mimeType"), text("/data")),
        "resource" => block.get("resource").map_or_else(String::new, block_text),
        "resource_link" => {
            let name = text("/title").or(text("/name")).unwrap_or_default();
            format!(
                "[resource {} {name}]",
                text("/uri").unwrap_or("without URI")
            )
        }
        "" => match (text("/text"), text("/blob")) {
            (Some(text), _) => text.to_owned(),
            (None, Some(blob)) => about("blob", text("/mimeType"), Some(blob)),
            (None, None) => String::new(),
        },
        kind => format!("[{kind}]"),
    }
}

/// The contents of a resource (MCP `ResourceContents`) byte for byte: its text, or what its `blob` is
/// the base64 of. `None` where it has neither, or the blob is no base64.
pub fn content_bytes(content: &Value) -> Option<Vec<u8>> {
    let text = |member: &str| content.get(member).and_then(Value::as_str);
    match (text("text"), text("blob")) {
        (Some(text), _) => Some(text.as_bytes().to_vec()),
        (None, Some(blob)) => {
            let letters = blob.bytes().filter(|byte| !byte.is_ascii_whitespace());
            BASE64.decode(letters.collect::<Vec<_>>()).ok()
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contents_are_bytes() {
        let bytes = |content: Value| content_bytes(&content);
        assert_eq!(bytes(json!({ "text": "é" })), Some("é".into()));
        for blob in ["AP8B", "AP8BAg==", "AP8BAg", "AP8\nBAg==\n", ""] {
            let read = bytes(json!({ "blob": blob })).unwrap();
            assert!([0, 255, 1, 2].starts_with(&read), "{blob}: {read:?}");
        }
        for none in [json!({}), json!({ "blob": "A-_B" }), json!({ "blob": 7 })] {
            assert_eq!(bytes(none.clone()), None, "{none}");
        }
    }
}
