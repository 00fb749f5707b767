//! A configuration file as values with positions: what can be said about a mistake is where it is.

mod json;
mod node;
mod yaml;

#[cfg(test)]
mod tests;

pub use node::{At, Fault, Key, Node, Value};

/// The most bytes a configuration file may have.
pub const MAX_BYTES: usize = 1 << 20;
/// How deep a configuration file may nest.
pub const MAX_DEPTH: usize = 32;
/// The most values a configuration file may have, aliases written out.
pub const MAX_NODES: usize = 50_000;

/// Reads YAML, one document.
pub fn yaml(text: &str) -> Result<Node, Fault> {
    too_long(text).map_or_else(|| yaml::parse(text), Err)
}

/// Reads JSON, comments and trailing commas allowed.
pub fn json(text: &str) -> Result<Node, Fault> {
    too_long(text).map_or_else(|| json::parse(text), Err)
}

/// Reads a file as JSON if its name says so, else as YAML; a text that says what is wrong and where.
pub(crate) fn read_document(path: &std::path::Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot be read: {}", error.kind()))?;
    let is_json = path.extension().is_some_and(|end| end == "json");
    let read = if is_json { json(&text) } else { yaml(&text) };
    read.map(|node| node.to_json())
        .map_err(|fault| format!("{}:{}: {}", fault.at.line, fault.at.column, fault.message))
}

fn too_long(text: &str) -> Option<Fault> {
    (text.len() > MAX_BYTES).then(|| {
        Fault::new(
            At::START,
            format!("the file is longer than {MAX_BYTES} bytes"),
        )
    })
}
