//! `keyway policy`: who may do what, and why.

mod check;
mod explain;
mod show;
mod test;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway policy check policy.cedar
  keyway policy test policy-cases.yaml
  keyway policy explain ann@example.com mcp__github__delete_repository --destructive
  keyway policy explain role:member billing:refund --access oauth
  keyway policy show";

/// Check, test and explain who may do what
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Test(test::Test),
    Explain(explain::Explain),
    Show(show::Show),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Policy,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Check(command) => check::run(invocation, &command, terminal),
        Command::Test(command) => test::run(invocation, &command, terminal),
        Command::Explain(command) => explain::run(invocation, command, terminal).await,
        Command::Show(command) => show::run(invocation, &command, terminal),
    }
}
