use std::process::ExitCode;

use clap::Args;
use keyway_client::calls::block_text;
use keyway_client::mentions::resources;
use serde_json::Value;

use super::calling::{Calling, print};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway mcp read notes note://first
  keyway mcp read @notes:note://first     the same, as it is written in a chat";

/// Read a resource of one of your own servers
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Read {
    /// Your server, or `@SERVER:URI`
    #[arg(value_name = "SERVER")]
    server: String,
    /// The resource, by the server's own URI
    uri: Option<String>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Read,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let (server, uri) = named(command)?;
    let reading = Calling::of(&server).run(invocation, terminal, async |calls, cancel| {
        calls.read_resource(&server, &uri, cancel).await
    });
    let result: Value = Box::pin(reading).await?.read().unwrap_or_default();
    if terminal.is_json() {
        terminal.value(&result);
        return Ok(ExitCode::SUCCESS);
    }
    let contents = result.get("contents").and_then(Value::as_array);
    for content in contents.into_iter().flatten() {
        print(&block_text(content), terminal);
    }
    Ok(ExitCode::SUCCESS)
}

fn named(command: &Read) -> Result<(String, String), Failure> {
    if let Some(uri) = &command.uri {
        return Ok((command.server.clone(), uri.clone()));
    }
    let mention = resources(&command.server, |_| true).into_iter().next();
    mention
        .map(|mention| (mention.server, mention.uri))
        .ok_or_else(|| {
            Failure::usage(
                "no_resource",
                "name the server and the resource: SERVER URI",
            )
            .with_hint("`keyway mcp resources` lists them")
        })
}
