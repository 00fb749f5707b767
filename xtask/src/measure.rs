//! The bench program, which measures Keyway side by side with a bare server.

use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;
use crate::workspace::Workspace;

const PACKAGE: &str = "keyway-bench";

/// Runs the bench with a release build and the arguments given.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<bool, Failure> {
    if workspace.package(PACKAGE).is_none() {
        return Err("there is no bench yet".into());
    }
    let mut command = Command::new("cargo");
    command
        .args(["run", "--release", "--quiet", "--package", PACKAGE, "--"])
        .args(arguments)
        .current_dir(&workspace.root);
    Ok(process::run(&mut command, Show::Live)?.success)
}

/// Shows that the bench works: a short run of a dev build, whose numbers mean nothing.
pub(crate) fn smoke(workspace: &Workspace, long: bool) -> Result<Tally, Failure> {
    if workspace.package(PACKAGE).is_none() {
        return Ok(Tally::default());
    }
    if long {
        return run(workspace, &[]).map(Tally::check);
    }
    let mut command = Command::new("cargo");
    command
        .args(["run", "--quiet", "--package", PACKAGE, "--", "--smoke"])
        .current_dir(&workspace.root);
    Ok(Tally::check(
        process::run(&mut command, Show::Live)?.success,
    ))
}
