use keyway_core::Action;
use keyway_core::action::{Format, Reply, markdown};
use serde_json::Value;

use crate::cli::terminal::Terminal;

/// Prints what an action answered: JSON for programs, for people the markdown or the text it means.
/// Answers whether the action told of a failure.
pub(super) fn print(action: &Action, reply: &Reply, terminal: &mut Terminal) -> bool {
    match reply {
        Reply::Data(data) if terminal.is_json() => {
            terminal.line(data.as_str());
            false
        }
        Reply::Data(data) => {
            let value: Value = data.read().unwrap_or_default();
            match &value {
                Value::String(text) => terminal.line(text),
                value if action.get_format() == Format::Markdown => {
                    let depth = action.get_markdown_depth();
                    terminal.line(markdown::render(value, depth).trim_end());
                }
                value => terminal.value(value),
            }
            false
        }
        Reply::Content(content) => {
            let value = serde_json::to_value(content).unwrap_or_default();
            if terminal.is_json() {
                terminal.value(&value);
            } else {
                let blocks = value.get("content").and_then(Value::as_array);
                for block in blocks.into_iter().flatten() {
                    terminal.line(block_text(block));
                }
            }
            content.is_error
        }
    }
}

/// A content block in words: its text, or what it is.
pub(crate) fn block_text(block: &Value) -> String {
    let text = |pointer: &str| block.pointer(pointer).and_then(Value::as_str);
    let bytes = |data: &str| data.len() / 4 * 3;
    match text("/type").unwrap_or_default() {
        "text" => text("/text").unwrap_or_default().to_owned(),
        kind @ ("image" | "audio") => format!(
            "[{kind} {}, about {} bytes]",
            text("/mimeType").unwrap_or("of unknown type"),
            text("/data").map_or(0, bytes)
        ),
        "resource" => text("/resource/text").map_or_else(
            || {
                format!(
                    "[resource {}]",
                    text("/resource/uri").unwrap_or("without URI")
                )
            },
            str::to_owned,
        ),
        "resource_link" => format!("[resource {}]", text("/uri").unwrap_or("without URI")),
        kind => format!("[{kind}]"),
    }
}
