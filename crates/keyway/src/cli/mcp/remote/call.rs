use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::rpc::Remote;
use crate::cli::call::read_input;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Example:
  keyway mcp call mcp__files__read_file --input '{\"path\": \"/srv/files/a.txt\"}'";

/// Call one tool of a gateway over MCP
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli::mcp) struct Call {
    /// The tool, by the name the gateway lists
    tool: String,
    /// Its arguments: a JSON object, `@file:PATH`, or `-` for standard input
    #[arg(
        long,
        value_name = "JSON",
        default_value = "{}",
        hide_default_value = true
    )]
    input: String,
    #[command(flatten)]
    server: Server,
}

/// Runs it. The exit code is 1 when the tool says that it failed.
pub(in crate::cli::mcp) async fn run(
    invocation: &Invocation,
    command: &Call,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let arguments = read_input(invocation, &command.input)?;
    let address = command.server.address(invocation)?;
    let key = command.server.key(invocation, terminal)?;
    let params = json!({ "name": command.tool, "arguments": arguments });
    let result = Remote::new(address, key)
        .request("tools/call", params)
        .await?;
    if result.get("resultType").and_then(Value::as_str) == Some("input_required") {
        let message = "the tool asks for input, which this command cannot give";
        return Err(Failure::new("input_required", message)
            .with_hint("call it from a client that can ask a person"));
    }
    if terminal.is_json() {
        terminal.value(&result);
    } else {
        let content = result.get("content").and_then(Value::as_array);
        for block in content.into_iter().flatten() {
            terminal.line(crate::cli::call::block_text(block));
        }
    }
    let failed = result.get("isError").and_then(Value::as_bool) == Some(true);
    Ok(ExitCode::from(u8::from(failed)))
}
