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

fn too_long(text: &str) -> Option<Fault> {
    (text.len() > MAX_BYTES).then(|| {
        Fault::new(
            At::START,
            format!("the file is longer than {MAX_BYTES} bytes"),
        )
    })
}
