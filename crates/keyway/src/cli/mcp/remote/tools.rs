use std::process::ExitCode;

use serde_json::{Value, json};

use super::rpc::{Remote, not_a_gateway};
use crate::cli::failure::Failure;
use crate::cli::mcp::plain;
use crate::cli::mcp::tools::first_line;
use crate::cli::terminal::Terminal;

/// A list that does not end is not followed for ever.
const MAX_PAGES: usize = 1_000;

/// Lists the tools a client sees at a gateway; with `filter` those whose name contains it.
pub(in crate::cli::mcp) async fn run(
    remote: &Remote,
    filter: Option<&str>,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let mut tools = all(remote).await?;
    if let Some(filter) = filter {
        tools.retain(|tool| name(tool).contains(filter));
    }
    if terminal.is_json() {
        terminal.value(&json!({ "tools": tools }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = tools
        .iter()
        .map(|tool| vec![plain(name(tool)), first_line(tool)])
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

pub(in crate::cli::mcp) fn name(tool: &Value) -> &str {
    tool.get("name").and_then(Value::as_str).unwrap_or_default()
}
