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

/// How much a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The most bytes.
    pub(crate) bytes: usize,
    /// How deep it may nest.
    pub(crate) depth: usize,
    /// The most values, aliases written out.
    pub(crate) nodes: usize,
}

impl Limits {
    /// Those of a configuration file.
    pub(crate) const CONFIGURATION: Self = Self {
        bytes: MAX_BYTES,
        depth: MAX_DEPTH,
        nodes: MAX_NODES,
    };
}

/// Reads YAML, one document.
pub fn yaml(text: &str) -> Result<Node, Fault> {
    yaml_within(text, Limits::CONFIGURATION)
}

/// Reads YAML, one document of at most so much.
pub(crate) fn yaml_within(text: &str, limits: Limits) -> Result<Node, Fault> {
    too_long(text, limits.bytes).map_or_else(|| yaml::parse(text, limits), Err)
}

/// Reads JSON, comments and trailing commas allowed.
pub fn json(text: &str) -> Result<Node, Fault> {
    too_long(text, MAX_BYTES).map_or_else(|| json::parse(text), Err)
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

fn too_long(text: &str, most: usize) -> Option<Fault> {
    (text.len() > most)
        .then(|| Fault::new(At::START, format!("the file is longer than {most} bytes")))
}
