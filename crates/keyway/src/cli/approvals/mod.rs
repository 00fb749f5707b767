//! `keyway approvals`: calls that wait for a decision at this gateway, and what you have answered about
//! your own.

mod inbox;
mod remembered;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway approvals list --state pending          what waits for a decision
  keyway approvals show appr_0198…               who wants what, with which arguments
  keyway approvals approve appr_0198…            let it run, once
  keyway approvals deny appr_0198… --reason 'not on a Friday'
  keyway approvals wait appr_0198…               wait until somebody decided
  keyway approvals remembered                    your own tools you are not asked about any more";

/// Approvals: calls that wait for a decision, and the answers you gave that hold always
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Approvals {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Remembered(remembered::Remembered),
    #[command(flatten)]
    Inbox(inbox::Command),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Approvals,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Remembered(command) => remembered::run(invocation, &command, terminal),
        Command::Inbox(command) => inbox::run(invocation, command, terminal).await,
    }
}
