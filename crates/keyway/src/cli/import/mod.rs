//! `keyway import`: definitions made of what others describe.

mod json;
mod load;
mod openapi;
mod output;
mod tell;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;

/// Make definitions of what others describe
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Openapi(openapi::Openapi),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Import,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Openapi(command) => openapi::run(invocation, command, terminal).await,
    }
}
