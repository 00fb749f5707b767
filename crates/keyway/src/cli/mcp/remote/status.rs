use std::process::ExitCode;

use serde_json::Value;

use super::rpc::{Remote, not_a_gateway};
use crate::cli::failure::Failure;
use crate::cli::mcp::rows::{HEAD, table};
use crate::cli::terminal::Terminal;

/// Shows the MCP servers behind a gateway.
pub(in crate::cli::mcp) async fn run(
    remote: &Remote,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let answer = remote.get("/v1/mcp-servers").await?;
    if terminal.is_json() {
        terminal.value(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let servers = match &answer {
        Value::Array(servers) => servers.as_slice(),
        Value::Object(members) => members
            .values()
            .find_map(Value::as_array)
            .ok_or_else(not_a_gateway)?,
        _ => return Err(not_a_gateway()),
    };
    if servers.is_empty() {
        terminal.line("no MCP servers are configured");
        return Ok(ExitCode::SUCCESS);
    }
    table(servers, &HEAD, terminal);
    Ok(ExitCode::SUCCESS)
}
