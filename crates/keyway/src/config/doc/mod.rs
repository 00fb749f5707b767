//! A configuration file as values with positions: what can be said about a mistake is where it is.

mod json;
mod node;
mod yaml;

#[cfg(test)]
mod tests;

pub use node::{At, Fault, Key, Node, Value};

/// What a file may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes.
    pub bytes: usize,
    /// How deep it may nest.
    pub depth: usize,
    /// The most values, aliases written out.
    pub nodes: usize,
}

impl Limits {
    /// Of a file that somebody writes.
    pub const CONFIGURATION: Self = Self {
        bytes: 1 << 20,
        depth: 32,
        nodes: 50_000,
    };
    /// Of a file of definitions, which may come from a large OpenAPI document.
    pub const DEFINITIONS: Self = Self {
        bytes: 16 << 20,
        depth: 100,
        nodes: 1_000_000,
    };
}

/// Reads YAML, one document.
pub fn yaml(text: &str) -> Result<Node, Fault> {
    yaml_within(text, Limits::CONFIGURATION)
}

/// Reads JSON, comments and trailing commas allowed.
pub fn json(text: &str) -> Result<Node, Fault> {
    json_within(text, Limits::CONFIGURATION)
}

/// Reads YAML, one document, within these limits.
pub fn yaml_within(text: &str, limits: Limits) -> Result<Node, Fault> {
    too_long(text, limits).map_or_else(|| yaml::parse(text, limits), Err)
}

/// Reads JSON, comments and trailing commas allowed, within these limits.
pub fn json_within(text: &str, limits: Limits) -> Result<Node, Fault> {
    too_long(text, limits).map_or_else(|| json::parse(text, limits), Err)
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

/// The text of a file, of which no more is read than is needed to see that it is longer than this.
pub(crate) fn text_within(path: &std::path::Path, bytes: usize) -> std::io::Result<String> {
    use std::io::Read as _;

    let most = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut text)?;
    if text.len() > bytes {
        // The end of it may be within a character.
        return Ok(String::from_utf8_lossy(&text).into_owned());
    }
    let utf8 = String::from_utf8(text);
    utf8.map_err(|_| std::io::ErrorKind::InvalidData.into())
}

fn too_long(text: &str, limits: Limits) -> Option<Fault> {
    (text.len() > limits.bytes).then(|| {
        let most = limits.bytes;
        Fault::new(At::START, format!("the file is longer than {most} bytes"))
    })
}
