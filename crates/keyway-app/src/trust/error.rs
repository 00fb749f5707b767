use keyway_core::{Error, Kind};

pub(super) fn no_server() -> Error {
    Error::new(
        Kind::NotFound,
        "mcp_server_not_found",
        "there is no MCP server of this key",
    )
}

pub(super) fn no_tool() -> Error {
    Error::new(
        Kind::NotFound,
        "tool_not_found",
        "the MCP server has no tool of this name",
    )
}

pub(super) fn stale() -> Error {
    Error::new(
        Kind::Conflict,
        "settings_changed",
        "somebody else changed these settings since they were read",
    )
    .with_hint("read them again, and change what is still to be changed")
}

pub(super) fn changed_again() -> Error {
    Error::new(
        Kind::Conflict,
        "tool_changed_again",
        "what waits is not what was looked at: the tool changed again, or somebody else decided",
    )
    .with_hint("look at the change as it is now")
}

pub(super) fn name_taken() -> Error {
    Error::new(
        Kind::Conflict,
        "tool_name_taken",
        "another tool of the server has this name",
    )
}

pub(super) fn not_connected() -> Error {
    Error::new(
        Kind::Conflict,
        "mcp_server_not_connected",
        "the MCP server has no connection here that everybody shares",
    )
    .with_hint("ask the running gateway: POST /v1/mcp-servers/KEY/reconnect")
}
