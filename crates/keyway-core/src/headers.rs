//! Names of headers that only the one who sends a message may write.

/// Headers that say how a message is framed and routed, or belong to one connection only.
const OF_CONNECTION: [&str; 8] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a client of MCP over HTTP writes besides.
const OF_MCP: [&str; 8] = [
    "accept",
    "content-type",
    "keyway-hops",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
];

/// True for a header that belongs to the connection and not to a request (RFC 9110, sections 7.2,
/// 7.6.1 and 8.6; RFC 9112). The name is in lower case, as `http::HeaderName` has it.
///
/// ```
/// use keyway_core::headers::is_of_connection;
///
/// assert!(is_of_connection("transfer-encoding") && !is_of_connection("x-trace"));
/// ```
pub fn is_of_connection(name: &str) -> bool {
    OF_CONNECTION.contains(&name)
}

/// True for a header that the transport to an MCP server writes itself (MCP 2026-07-28, "Streamable
/// HTTP"), or that belongs to the connection. The name is in lower case.
///
/// ```
/// use keyway_core::headers::is_of_mcp;
///
/// assert!(is_of_mcp("mcp-session-id") && is_of_mcp("host") && !is_of_mcp("authorization"));
/// ```
pub fn is_of_mcp(name: &str) -> bool {
    OF_MCP.contains(&name) || is_of_connection(name)
}
