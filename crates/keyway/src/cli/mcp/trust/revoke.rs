use std::process::ExitCode;

use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::mcp::plain;
use crate::cli::terminal::Terminal;
use crate::local::{Home, Project, Trust};

/// Trusts a project's file no longer. One that was not trusted is told, with exit code 1.
pub(super) fn run(
    home: &Home,
    project: &Project,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let revoked = Trust::remove(home, project.file())?;
    if terminal.is_json() {
        terminal.value(&json!({ "file": project.file(), "revoked": revoked }));
    } else if revoked {
        terminal.line(format!(
            "not trusted any more: {}",
            plain(&project.file().to_string_lossy())
        ));
    } else {
        terminal.line(format!(
            "was not trusted: {}",
            plain(&project.file().to_string_lossy())
        ));
    }
    Ok(if revoked {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
