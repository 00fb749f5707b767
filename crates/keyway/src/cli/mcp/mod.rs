//! `keyway mcp`: the person's own MCP servers and the project's; with `--server`, those behind a
//! gateway, looked at as any client would.
//!
//! One file a command; [`Target`] decides whose servers it is about, [`select`] finds one of the
//! person's own by name, and everything about a gateway is in [`remote`].

mod add;
mod call;
mod calling;
pub(crate) mod connect;
mod context;
mod file;
mod lists;
mod prompt;
mod read;
mod remote;
mod remove;
mod rows;
mod save;
pub(crate) mod select;
mod skills;
mod status;
mod target;
mod tools;
mod trust;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

pub(crate) use target::Target;

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Without --server a command acts on your own servers: those of ~/.keyway/mcp.json (KEYWAY_HOME names
another folder) and of ./.keyway/mcp.json, the project's file, once you have trusted it. With
--server URL, or KEYWAY_SERVER set, it acts on a gateway.

Examples:
  keyway mcp add docs --url https://docs.example.com/mcp   one more of your own
  keyway mcp status                                        your own servers
  keyway mcp tools --server https://gateway.example.com    what a client sees at a gateway
  keyway mcp call files read_text_file --args '{\"path\": \"/srv/a.txt\"}'
  keyway mcp call status --server http://127.0.0.1:8420    one call to a gateway";

/// MCP servers: your own, or those behind a gateway
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Mcp {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Status(status::Status),
    Tools(tools::Tools),
    Add(add::Add),
    Remove(remove::Remove),
    Trust(trust::TrustCommand),
    Connect(connect::Connect),
    Disconnect(connect::Disconnect),
    Grants(connect::Grants),
    Call(call::Call),
    Resources(lists::Resources),
    Read(read::Read),
    Prompts(lists::Prompts),
    Prompt(prompt::Prompt),
    Context(context::Context),
    Skills(skills::Skills),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Mcp,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    crate::serve::logging::start_if_asked(&invocation.environment);
    match command.command {
        Command::Status(command) => status::run(invocation, &command, terminal).await,
        Command::Tools(command) => tools::run(invocation, &command, terminal).await,
        Command::Add(command) => add::run(invocation, &command, terminal),
        Command::Remove(command) => remove::run(invocation, &command, terminal),
        Command::Trust(command) => trust::run(invocation, &command, terminal),
        Command::Connect(command) => connect::run(invocation, &command, terminal).await,
        Command::Disconnect(command) => connect::disconnect(invocation, &command, terminal).await,
        Command::Grants(command) => connect::grants(invocation, &command, terminal).await,
        Command::Call(command) => call::run(invocation, &command, terminal).await,
        Command::Resources(command) => lists::resources(invocation, &command, terminal).await,
        Command::Read(command) => read::run(invocation, &command, terminal).await,
        Command::Prompts(command) => lists::prompts(invocation, &command, terminal).await,
        Command::Prompt(command) => prompt::run(invocation, &command, terminal).await,
        Command::Context(command) => context::run(invocation, &command, terminal).await,
        Command::Skills(command) => skills::run(invocation, &command, terminal).await,
    }
}

/// Text from elsewhere on one line, fit to be shown.
pub(crate) fn plain(text: &str) -> String {
    keyway_client::text::line(text, 2_000)
}

/// How long something may take, from the command line: `500ms`, `5s`, `2m`, `0`.
pub(crate) fn patience(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    crate::config::parse_duration(text)
        .filter(|duration| *duration <= Duration::from_hours(1))
        .ok_or_else(|| "expected a duration of at most an hour, such as `500ms` or `5s`".into())
}
