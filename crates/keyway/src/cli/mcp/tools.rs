use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::rpc::{Remote, not_a_gateway};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

/// List the tools a client sees at a gateway
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp tools --filter mcp__files__")]
pub(super) struct Tools {
    /// Only tools whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// A list that does not end is not followed for ever.
const MAX_PAGES: usize = 1_000;

pub(super) async fn run(
    invocation: &Invocation,
    command: &Tools,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let address = command.server.address(invocation)?;
    let key = command.server.key(invocation, terminal)?;
    let mut tools = all(&Remote::new(address, key)).await?;
    if let Some(filter) = &command.filter {
        tools.retain(|tool| name(tool).contains(filter.as_str()));
    }
    if terminal.is_json() {
        terminal.value(&json!({ "tools": tools }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = tools
        .iter()
        .map(|tool| vec![name(tool).to_owned(), first_line(tool)])
        .collect();
    terminal.table(&["TOOL", "DESCRIPTION"], &rows);
    Ok(ExitCode::SUCCESS)
}

async fn all(remote: &Remote) -> Result<Vec<Value>, Failure> {
    let mut tools = Vec::new();
    let mut params = json!({});
    for _ in 0..MAX_PAGES {
        let mut page = remote.request("tools/list", params).await?;
        match page.get_mut("tools").map(Value::take) {
            Some(Value::Array(items)) => tools.extend(items),
            _ => return Err(not_a_gateway()),
        }
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(cursor) => params = json!({ "cursor": cursor }),
            None => return Ok(tools),
        }
    }
    Ok(tools)
}

fn name(tool: &Value) -> &str {
    tool.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn first_line(tool: &Value) -> String {
    let text = tool.get("description").and_then(Value::as_str);
    let line = text
        .and_then(|text| text.lines().next())
        .unwrap_or_default();
    let mut short: String = line.chars().take(80).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}
