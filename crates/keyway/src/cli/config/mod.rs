//! `keyway config`: what is configured, whether it can be used, what could be.

mod check;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway config show                    each setting in effect, and where it comes from
  keyway config check --json            what is wrong, for programs
  keyway config schema > schema.json    for editors: # yaml-language-server: $schema=schema.json";

/// Show the configuration, check it, or print its schema
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show each setting in effect and where it comes from; secrets are masked
    Show,
    /// Say everything that is wrong with the configuration, with file, line and column
    Check,
    /// Print the JSON Schema of keyway.yaml
    Schema,
}

pub(crate) fn run(
    invocation: &Invocation,
    command: &Config,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Show => show::run(invocation, terminal),
        Command::Check => Ok(check::run(invocation, terminal)),
        Command::Schema => {
            terminal.value(&crate::config::schema());
            Ok(ExitCode::SUCCESS)
        }
    }
}
