//! The MCP servers Keyway is a client of: `mcp_servers` of `keyway.yaml`, and the files of other
//! programs that `mcp_files` names.

mod auth;
mod dialect;
mod entry;
mod fields;
mod server;
mod source;
mod transport;

#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub(super) use entry::FIELDS;
pub use server::{McpFile, McpServer};
pub(super) use source::{Collected, read_file, read_section};
