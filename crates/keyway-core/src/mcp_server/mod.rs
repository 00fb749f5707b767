//! MCP servers that are defined rather than configured: how they are reached, and which credentials
//! become which of their headers.

mod definition;
mod mapped;
#[cfg(test)]
mod tests;

pub use definition::{McpServer, McpTransport};
pub use mapped::Mapped;
