//! `keyway approvals`: what you have answered about calls of tools.

mod pending;
mod remembered;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

/// Approvals: the answers you gave that hold always
#[derive(Debug, Args)]
pub(crate) struct Approvals {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Remembered(remembered::Remembered),
    Pending(pending::Pending),
}

pub(crate) fn run(
    invocation: &Invocation,
    command: &Approvals,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match &command.command {
        Command::Remembered(command) => remembered::run(invocation, command, terminal),
        Command::Pending(command) => pending::run(command),
    }
}
