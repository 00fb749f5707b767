//! `keyway audit`: what happened, and whether it was written down as it was.

mod export;
mod key;
mod open;
mod tail;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(super) use self::open::moment;

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway audit tail -f --kind call
  keyway audit verify
  keyway audit export --since 2026-07-01T00:00:00Z -o july.jsonl
  keyway audit verify --file july.jsonl --key 1f0c…";

/// Read, check and export what happened
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Verify),
    Tail(tail::Tail),
    Export(export::Export),
    /// Show the public keys that checkpoints are checked with
    Key,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Audit,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Verify(command) => verify::run(invocation, command, terminal).await,
        Command::Tail(command) => tail::run(invocation, command, terminal).await,
        Command::Export(command) => export::run(invocation, command, terminal).await,
        Command::Key => key::run(invocation, terminal).await,
    }
}
