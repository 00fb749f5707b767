//! `keyway vault`: the master key, and what is sealed with it.

mod report;
mod retire;
mod rotate;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use keyway_app::audit::{Event, EventKind};
use keyway_app::rotation::{Rotation, RotationError};
use keyway_vault::KeyId;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway vault rotate    make a new master key and seal everything with it, while calls run
  keyway vault verify    open everything, and tell what is still under an older key
  keyway vault retire    take the older keys away, once nothing needs them";

/// Change the master key, and check what is sealed with it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Vault {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new master key and seal everything with it, while calls run
    ///
    /// Whatever ends it half-way, running it again goes on where it was. The older key stays until
    /// `vault retire`.
    Rotate,
    /// Open everything that is sealed, and tell what is under an older key or does not open
    ///
    /// Changes nothing. Exit code 1 when something does not open, or still needs an older key.
    Verify,
    /// Take the older keys away, once nothing here needs them
    ///
    /// Everything is opened first. Backups from before need their key: keep a copy of it with them.
    Retire(retire::Retire),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Vault,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    if !config.storage.is_there() {
        let failure = Failure::new("no_data", "nothing was sealed here yet");
        return Err(failure.with_hint(
            "start the gateway once (`keyway serve`), or name the directory with --data-dir",
        ));
    }
    if config.storage.url.is_some() && !matches!(command.command, Command::Verify) {
        // Which gateways share the server, and whether each has the new key, is known to nobody here.
        let message = "master keys are not changed where several gateways may share a server";
        return Err(Failure::new("shared_database", message));
    }
    let local = Local::open(&invocation.gateway, &config).await?;
    let keys = local.keys();
    let rotation = Rotation {
        store: keys.store.clone(),
        database: config.storage.database_path(),
        vault: keys.vault.clone(),
        source: keys.source.clone(),
        random: Arc::clone(&keys.random),
        columns: Rotation::COLUMNS,
    };
    let done = match command.command {
        Command::Rotate => Box::pin(rotate::run(&local, &rotation, terminal)).await,
        Command::Verify => verify::run(&rotation, terminal).await,
        Command::Retire(command) => retire::run(&local, &rotation, &command, terminal).await,
    };
    local.close().await;
    done
}

/// Writes down what is done to a master key; before it is known which, to none.
async fn record(local: &Local, what: &str, key: Option<KeyId>) -> Result<(), Failure> {
    let event = Event::new(EventKind::MasterKeyChanged, &local.app().local());
    let event = event.detail("change", what);
    let event = match key {
        Some(key) => event.target("master_key", key.to_string()),
        None => event,
    };
    local.app().audit().record(event).await?;
    Ok(())
}

fn failure(error: &RotationError) -> Failure {
    let code = match error {
        RotationError::OneKey { .. } => "one_key",
        RotationError::GatewayBehind => "gateway_behind",
        RotationError::GatewayHolds => "gateway_holds",
        RotationError::StillNeeded { .. } => "still_needed",
        RotationError::Broken { .. } => "broken_values",
        RotationError::NotOurs { .. } => "not_ours",
        RotationError::NoKey | RotationError::Keys(_) => "master_key",
        RotationError::Store(_) => "database",
        RotationError::Vault(_) => "vault",
    };
    let failure = Failure::new(code, error.to_string());
    match error.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
