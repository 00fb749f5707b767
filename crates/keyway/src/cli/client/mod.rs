//! `keyway client`: putting a gateway into the configuration of MCP clients.

mod add;
mod kind;
mod merge;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

/// Put the gateway into the configuration of an MCP client
#[derive(Debug, Args)]
pub(crate) struct Client {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(add::Add),
}

pub(crate) fn run(
    invocation: &Invocation,
    command: Client,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Add(command) => add::run(invocation, &command, terminal),
    }
}
