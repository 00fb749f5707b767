use std::process::ExitCode;

use keyway_app::rotation::Rotation;
use serde_json::json;

use super::{failure, record, report};
use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;

pub(super) async fn run(
    local: &Local,
    rotation: &Rotation,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    record(local, "rotation begins", None).await?;
    let begun = rotation.begin().await.map_err(|error| failure(&error))?;
    if !terminal.is_json() {
        let key = begun.current;
        terminal.note(if begun.made {
            format!("made the master key {key}; keep a copy of the key file")
        } else {
            format!("going on with the master key {key}")
        });
    }
    let resealed = rotation
        .reseal(&begun, report::telling(terminal, "sealed anew"))
        .await
        .map_err(|error| failure(&error))?;
    let checked = rotation
        .verify(report::telling(terminal, "checked"))
        .await
        .map_err(|error| failure(&error))?;
    if checked.is_rotated() {
        record(local, "rotated", Some(begun.current)).await?;
    }
    if terminal.is_json() {
        terminal.value(&json!({
            "key": begun.current.to_string(),
            "made": begun.made,
            "resealed": resealed.resealed,
            "older": checked.older,
            "broken": report::value(&checked.broken),
        }));
    } else {
        report::warn(terminal, &checked.broken);
        let (anew, all) = (resealed.resealed, checked.current);
        terminal.line(format!(
            "{anew} values were sealed anew; {all} are under the master key {}",
            begun.current
        ));
        match checked.older {
            0 if !begun.made && anew == 0 => terminal.note(
                "no new key was made, because the older one is still there: `vault retire` takes \
                 it away, and after that this makes another",
            ),
            0 => terminal.note(
                "nothing here needs an older key; keep it with backups from before, and take it \
                 away with `vault retire`",
            ),
            older => terminal.warn(format!(
                "{older} values were sealed with an older key meanwhile; run this again"
            )),
        }
    }
    Ok(if checked.is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
