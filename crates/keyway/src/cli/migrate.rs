use std::process::ExitCode;

use clap::Args;
use keyway_store::{Purpose, Store};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::unusable;
use super::terminal::Terminal;
use crate::serve::open_store;

const EXAMPLES: &str = "\
Examples:
  keyway migrate          bring the tables up to date
  keyway migrate --check  only tell whether that is needed; exit code 1 when it is";

/// Bring the tables of the database up to date
///
/// `keyway serve` does so when it starts. Where several gateways share a PostgreSQL server, this does it before
/// the first of a new version starts. There is no way back: keep a backup.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Migrate {
    /// Change nothing; exit code 1 when something is to be changed
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: &Migrate,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    let pending = match &config.storage.url {
        Some(url) => Store::pending_changes(url).await,
        None => Store::pending_changes_in(&config.storage.database_path()).await,
    };
    let pending = pending.map_err(|error| unusable(&error))?;
    if !command.check && !pending.is_empty() {
        let store = open_store(&config, Purpose::Command).await;
        store.map_err(|error| unusable(&error))?.close().await;
    }
    if terminal.is_json() {
        terminal.value(&json!({ "made": !command.check, "changes": pending }));
    } else {
        let count = pending.len();
        terminal.line(match (count, command.check) {
            (0, _) => "the tables are up to date".to_owned(),
            (_, true) => format!("{count} changes are to be made"),
            (_, false) => format!("{count} changes were made"),
        });
    }
    Ok(if command.check && !pending.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
