use std::process::ExitCode;

use clap::Args;
use keyway_client::mentions::{PromptMention, argument, arguments, messages, prompt};
use serde_json::Value;

use super::calling::{Calling, print};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway mcp prompt git review branch=main style=short
  keyway mcp prompt /git:review main      the same, as it is written in a chat";

/// Run a prompt of one of your own servers, and print its messages
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Prompt {
    /// Your server, or `/SERVER:PROMPT`
    #[arg(value_name = "SERVER")]
    server: String,
    /// The prompt, by the server's own name, then its arguments: `NAME=VALUE`, or values in the
    /// prompt's own order
    #[arg(value_name = "PROMPT [NAME=VALUE]")]
    rest: Vec<String>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Prompt,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let mention = named(command)?;
    let server = mention.server.as_str();
    let asking = Calling::of(server).run(invocation, terminal, async |calls, cancel| {
        calls.wait_ready(server, cancel).await?;
        let given = arguments(calls, &mention);
        calls
            .get_prompt(server, &mention.name, &given, cancel)
            .await
    });
    let result = Box::pin(asking).await?;
    if terminal.is_json() {
        let result: Value = result.read().unwrap_or_default();
        terminal.value(&result);
    } else {
        print(&messages(&result), terminal);
    }
    Ok(ExitCode::SUCCESS)
}

fn named(command: &Prompt) -> Result<PromptMention, Failure> {
    let read = |words: &[String]| words.iter().map(|word| argument(word)).collect();
    if let Some(mut mention) = prompt(&command.server) {
        mention.arguments = read(&command.rest);
        return Ok(mention);
    }
    let Some((name, words)) = command.rest.split_first() else {
        return Err(
            Failure::usage("no_prompt", "name the server and the prompt: SERVER PROMPT")
                .with_hint("`keyway mcp prompts` lists them"),
        );
    };
    Ok(PromptMention {
        server: command.server.clone(),
        name: name.clone(),
        arguments: read(words),
    })
}
