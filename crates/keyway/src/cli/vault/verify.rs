use std::process::ExitCode;

use keyway_app::rotation::Rotation;
use serde_json::json;

use super::{failure, report};
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

pub(super) async fn run(rotation: &Rotation, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let checked = rotation
        .verify(report::telling(terminal, "checked"))
        .await
        .map_err(|error| failure(&error))?;
    let key = rotation.vault.current_key();
    if terminal.is_json() {
        terminal.value(&json!({
            "key": key.to_string(),
            "current": checked.current,
            "older": checked.older,
            "broken": report::value(&checked.broken),
        }));
    } else {
        report::warn(terminal, &checked.broken);
        terminal.line(format!(
            "{} values are under the master key {key}, {} under an older one, {} do not open",
            checked.current,
            checked.older,
            checked.broken.len()
        ));
        if !checked.is_rotated() {
            terminal.note("`vault rotate` seals them anew");
        }
        if !checked.broken.is_empty() {
            terminal.note("nothing was done to what does not open; set such a credential again");
        }
    }
    Ok(if checked.is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
