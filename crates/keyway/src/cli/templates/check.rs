use std::path::Path;
use std::process::ExitCode;

use keyway_pages::{Broken, Pages};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Tries the templates of a folder. The exit code is 2 when one cannot be used.
pub(super) fn run(folder: &Path, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    if !folder.exists() {
        let message = format!("there is no folder {}", folder.display());
        return Err(Failure::usage("no_templates", message).with_hint(
            "`keyway templates export` writes one; without one the pages built in are used",
        ));
    }
    let broken = Pages::with_overrides(folder).err().unwrap_or_default();
    if terminal.is_json() {
        let all: Vec<_> = broken.iter().map(describe).collect();
        terminal.value(&json!({ "dir": folder, "ok": broken.is_empty(), "problems": all }));
    } else {
        for problem in &broken {
            terminal.line(format!("error: {problem}"));
        }
        if broken.is_empty() {
            terminal.line(format!("{}: every page can be used", folder.display()));
        }
    }
    Ok(ExitCode::from(if broken.is_empty() { 0 } else { 2 }))
}

fn describe(problem: &Broken) -> serde_json::Value {
    json!({ "file": problem.file, "line": problem.line, "reason": problem.reason })
}
