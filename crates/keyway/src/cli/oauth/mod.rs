//! `keyway oauth`: who may act for the people of an organization.

mod clients;
mod grants;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway oauth grants list
  keyway oauth grants revoke grant_0198…
  keyway oauth grants revoke --client client_0198…
  keyway oauth clients list
  keyway oauth clients create ci --service-account svc_0198… --scope mcp:tools";

/// Look at and end what clients were let do, and make clients of your own
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Oauth {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The OAuth clients that have to do with the organization
    Clients {
        #[command(subcommand)]
        command: clients::Command,
    },
    /// What people let clients do
    Grants {
        #[command(subcommand)]
        command: grants::Command,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Oauth,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::of(invocation, &command.organization).await?;
    match command.command {
        Command::Clients { command } => clients::run(&desk, command, terminal).await?,
        Command::Grants { command } => grants::run(&desk, command, terminal).await?,
    }
    Ok(ExitCode::SUCCESS)
}
