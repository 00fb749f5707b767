//! Steps that read the code without running it.

use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// rustfmt, changing nothing.
pub(super) fn fmt(workspace: &Workspace) -> Result<Tally, Failure> {
    cargo(workspace, &["fmt", "--all", "--check"])
}

/// clippy on everything, warnings being errors.
pub(super) fn clippy(workspace: &Workspace) -> Result<Tally, Failure> {
    cargo(
        workspace,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    )
}

/// cargo-deny: licences, sources, banned crates and who may use confined ones.
pub(super) fn deny(workspace: &Workspace) -> Result<Tally, Failure> {
    let program = tools::cargo_tool(workspace, "cargo-deny")?;
    let mut command = Command::new(program);
    command
        .args(["--workspace", "check", "bans", "licenses", "sources"])
        .current_dir(&workspace.root);
    Ok(Tally::check(
        process::run(&mut command, Show::Live)?.success,
    ))
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<Tally, Failure> {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(&workspace.root);
    Ok(Tally::check(
        process::run(&mut command, Show::Live)?.success,
    ))
}
