//! The official conformance suites for clients, sign-in included, on Keyway's own client. No failure
//! is expected.

use std::process::Command;

use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;

const SUITE: &str = "@modelcontextprotocol/conformance/dist/index.js";

/// What is run: the required scenarios of two revisions, and servers that sign people in as revision
/// 2025-03-26 had it.
const SETS: &[(&str, &[&str])] = &[
    ("2025-11-25", &["--requirements", "2025-11-25"]),
    ("2026-07-28", &["--requirements", "2026-07-28"]),
    ("of old servers", &["--suite", "backcompat"]),
];

/// Runs every set.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let client = rig.workspace.binary("keyway-conformance-client");
    let mut tally = Tally::default();
    for (name, scenarios) in SETS {
        let results = tempfile::tempdir()?;
        let mut command: Command = rig.node.command(&rig.node.file(SUITE));
        command
            .arg("client")
            .arg("--command")
            .arg(&client)
            .args(*scenarios)
            .arg("-o")
            .arg(results.path());
        let finished = process::run(&mut command, Show::Nothing)?;
        tally += required(name, &finished.output);
        let ended = if finished.success {
            Ok(())
        } else {
            Err(finished.output.into())
        };
        tally += tap::report(&format!("conformance client {name}: all of it"), ended);
    }
    Ok(tally)
}

/// One check for each required scenario of the summary, where it stands as
/// `✓ auth/basic-cimd: 9 passed, 0 failed`. What is named again after the total is not required.
fn required(set: &str, output: &str) -> Tally {
    let mut tally = Tally::default();
    let summary = output.split("=== SUITE SUMMARY ===").nth(1);
    let (summary, rest) = summary
        .and_then(|summary| summary.split_once("Total:"))
        .unwrap_or_default();
    for line in summary.lines().map(str::trim) {
        let (good, scenario) = match (line.strip_prefix('✓'), line.strip_prefix('✗')) {
            (Some(scenario), _) => (true, scenario.trim()),
            (_, Some(scenario)) => (false, scenario.trim()),
            _ => continue,
        };
        let name = scenario.split(':').next().unwrap_or_default();
        let is_extra = rest
            .lines()
            .any(|line| line.contains(&format!(" {name} (")));
        if !is_extra {
            let outcome = if good { Ok(()) } else { Err(scenario.into()) };
            tally += tap::report(&format!("conformance client {set}: {scenario}"), outcome);
        }
    }
    tally
}
