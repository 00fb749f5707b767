use std::path::PathBuf;

use keyway_mcp::upstream::ServerSpec;

use super::Dialect;
use crate::config::report::{Finding, Place};

/// One configured MCP server, usable or not.
#[derive(Debug, Clone)]
pub struct McpServer {
    /// Its name: 1 to 128 letters, digits, `_`, `-`, `.`, the first a letter or digit.
    pub name: String,
    /// The slug of the organization it belongs to.
    pub organization: String,
    /// Where it is configured.
    pub place: Place,
    /// How to reach it, or everything that is wrong with the entry.
    pub spec: Result<ServerSpec, Vec<Finding>>,
}

/// One file of `mcp_files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpFile {
    /// The file.
    pub path: PathBuf,
    /// Whose format it has; `None` when it could not be read, or is not there.
    pub dialect: Option<Dialect>,
    /// How many servers it names.
    pub servers: usize,
}
