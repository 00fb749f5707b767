//! Steps that run the Rust tests.

use std::process::Command;

use crate::Failure;
use crate::process::{self, Finished, Show};
use crate::steps::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// Unit and integration tests of the whole workspace.
pub(super) fn nextest(workspace: &Workspace, long: bool) -> Result<Tally, Failure> {
    let mut command = Command::new(tools::cargo_tool(workspace, "cargo-nextest")?);
    command
        .args([
            "nextest",
            "run",
            "--workspace",
            "--profile",
            "ci",
            "--hide-progress-bar",
        ])
        .current_dir(&workspace.root);
    if long {
        command.env("PROPTEST_CASES", "4096");
    }
    let finished = process::run(&mut command, Show::Live)?;
    Ok(count(&finished, |line| {
        line.contains(" tests run:") || line.contains(" test run:")
    }))
}

/// A new project in Rust, built and tested as its author would, and as its guide says.
pub(super) fn scaffold(workspace: &Workspace) -> Result<Tally, Failure> {
    ignored(workspace, "a_new_project_in_rust")
}

/// Twenty thousand webhooks to a gateway that is killed every few seconds.
pub(super) fn storm(workspace: &Workspace) -> Result<Tally, Failure> {
    ignored(workspace, "twenty_thousand_deliveries")
}

/// Tests of the gateway that only the long run has, one at a time.
fn ignored(workspace: &Workspace, name: &str) -> Result<Tally, Failure> {
    let mut command = Command::new(tools::cargo_tool(workspace, "cargo-nextest")?);
    command
        .args(["nextest", "run", "--package", "keyway", "--test", "it"])
        .args(["--profile", "ci", "--hide-progress-bar"])
        .args(["--run-ignored", "only", name])
        .args(["--test-threads", "1"])
        .current_dir(&workspace.root);
    let finished = process::run(&mut command, Show::Live)?;
    Ok(count(&finished, |line| {
        line.contains(" tests run:") || line.contains(" test run:")
    }))
}

/// The examples in the documentation.
pub(super) fn doctests(workspace: &Workspace) -> Result<Tally, Failure> {
    let mut command = Command::new("cargo");
    command
        .args(["test", "--doc", "--workspace", "--quiet"])
        .current_dir(&workspace.root);
    let finished = process::run(&mut command, Show::Live)?;
    Ok(count(&finished, |line| line.starts_with("test result:")))
}

/// Reads the runner's own count; a runner that fails without counting counts as one failure.
fn count(finished: &Finished, is_count: impl Fn(&str) -> bool) -> Tally {
    let mut tally = Tally::default();
    for line in finished
        .output
        .lines()
        .map(str::trim)
        .filter(|line| is_count(line))
    {
        tally.read(line);
    }
    if !finished.success && tally.is_good() {
        tally.failed += 1;
    }
    tally
}
