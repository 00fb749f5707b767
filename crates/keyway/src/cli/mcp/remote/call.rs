use std::process::ExitCode;

use keyway_core::rpc::RawJson;
use serde_json::{Value, json};

use super::rpc::Remote;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Calls a tool of a gateway. The exit code is 1 when the tool says that it failed.
pub(in crate::cli::mcp) async fn run(
    gateway: &Remote,
    tool: &str,
    arguments: &RawJson,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let arguments: Value = arguments.read().map_err(|_| {
        let message = "the arguments hold a number that cannot be represented";
        Failure::usage("malformed_input", message)
    })?;
    let params = json!({ "name": tool, "arguments": arguments });
    let result = gateway.request("tools/call", params).await?;
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
