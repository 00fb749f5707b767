//! What both wire formats say in their own ways.

use serde_json::Value;

/// What a server reads in a request, whatever its format.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// What the person wrote last.
    pub(super) last_words: String,
    /// The results that came with this request, if it brings any.
    pub(super) results: Vec<String>,
    /// Whether the answer is to be streamed.
    pub(super) streams: bool,
    /// Whether a stream is to tell what it cost.
    pub(super) tells_usage: bool,
}

/// A text, or the texts of a list of parts.
pub(super) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// What is wrong with a list of tools, if anything. `open` leads to the part that has a name.
pub(super) fn check_tools(
    tools: &Value,
    open: impl Fn(&Value) -> &Value,
    schema: &str,
) -> Result<(), String> {
    for tool in tools.as_array().into_iter().flatten() {
        let tool = open(tool);
        let name = tool["name"].as_str().unwrap_or_default();
        let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(good) {
            return Err(format!("tools: `{name}` is no name of a tool"));
        }
        if tool[schema]["type"] != "object" {
            return Err(format!(
                "tools: {schema} of `{name}` is no schema of an object"
            ));
        }
    }
    Ok(())
}
