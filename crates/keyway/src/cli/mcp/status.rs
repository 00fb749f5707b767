use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::rpc::{Remote, not_a_gateway};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

/// Show the MCP servers behind a running gateway and the state of each
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp status --server http://127.0.0.1:8420 --json")]
pub(super) struct Status {
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Status,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let address = command.server.address(invocation)?;
    let key = command.server.key(invocation, terminal)?;
    let answer = Remote::new(address, key).get("/v1/mcp-servers").await?;
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
    let rows: Vec<_> = servers.iter().map(row).collect();
    let head = [
        "SERVER",
        "STATE",
        "TRANSPORT",
        "AUTH",
        "TOOLS",
        "SINCE",
        "WHY",
    ];
    terminal.table(&head, &rows);
    Ok(ExitCode::SUCCESS)
}

fn row(server: &Value) -> Vec<String> {
    let text = |name: &str| match server.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "-".into(),
    };
    [
        "name",
        "state",
        "transport",
        "auth",
        "tools",
        "since",
        "reason",
    ]
    .map(text)
    .to_vec()
}
