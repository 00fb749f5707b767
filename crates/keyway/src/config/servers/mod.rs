//! The MCP servers Keyway is a client of: `mcp_servers` of `keyway.yaml`, and the files of other
//! programs that `mcp_files` names.

mod auth;
mod client;
mod dialect;
mod entry;
mod fields;
mod options;
mod server;
mod source;
mod timeouts;
mod transport;

#[cfg(test)]
mod tests;

pub(crate) use client::{ClientFile, read_client, section};
pub use dialect::Dialect;
pub(super) use entry::FIELDS;
pub use server::{McpFile, McpServer};
pub(super) use source::Collected;
pub(super) use source::{read_file, read_section};
pub(crate) use transport::check_url;

/// The fields of an entry and what they are for, in the order of the reference.
pub fn server_fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIELDS.iter().map(|field| (field.name, field.doc))
}
