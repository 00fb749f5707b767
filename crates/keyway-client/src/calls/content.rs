use serde_json::Value;

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
