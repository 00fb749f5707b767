//! `keyway mcp`: looking at a running gateway from outside, as any client would.

mod answer;
mod call;
mod rpc;
mod status;
mod tools;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway mcp status                                        the servers behind the gateway
  keyway mcp tools --server https://gateway.example.com    what a client sees there
  keyway mcp call status                                   one call, over MCP";

/// Look at a running gateway: its MCP servers, its tools, one call
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
    Call(call::Call),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Mcp,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Status(command) => status::run(invocation, &command, terminal).await,
        Command::Tools(command) => tools::run(invocation, &command, terminal).await,
        Command::Call(command) => call::run(invocation, &command, terminal).await,
    }
}
