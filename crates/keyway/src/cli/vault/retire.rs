use std::process::ExitCode;

use clap::Args;
use keyway_app::rotation::Rotation;
use serde_json::json;

use super::{failure, record, report};
use crate::cli::confirm::confirmed;
use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;

#[derive(Debug, Args)]
pub(super) struct Retire {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(
    local: &Local,
    rotation: &Rotation,
    command: &Retire,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let older: Vec<_> = rotation.vault.key_ids().into_iter().skip(1).collect();
    if older.is_empty() {
        if terminal.is_json() {
            terminal.value(&json!({ "retired": [] }));
        } else {
            terminal.line("there is one master key, and it is in use");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let question =
        "Backups from before need the older key. Is there a copy of it, or no need of one?";
    if !command.yes && !confirmed(terminal, question, "add --yes")? {
        return Ok(ExitCode::FAILURE);
    }
    for key in older {
        record(local, "retirement begins", Some(key)).await?;
    }
    let gone = rotation
        .retire(report::telling(terminal, "checked"))
        .await
        .map_err(|error| failure(&error))?;
    for key in &gone {
        record(local, "retired", Some(*key)).await?;
    }
    let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
    if terminal.is_json() {
        terminal.value(&json!({ "retired": gone }));
    } else {
        terminal.line(format!("taken away: {}", gone.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}
