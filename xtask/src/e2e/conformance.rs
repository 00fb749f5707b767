//! The official conformance suites, on a gateway of the fixture's actions, and again through a
//! gateway with that one as its upstream. No failure is expected.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::gateway::{Gateway, Keys};
use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Running, Show};
use crate::steps::Tally;

const CURRENT: &str = "@modelcontextprotocol/conformance/dist/index.js";
const FIRST: &str = "conformance-legacy/dist/index.js";

/// A suite: what it is called here, the program, and which scenarios.
const SUITES: &[(&str, &str, &[&str])] = &[
    ("2025-11-25", CURRENT, &["--requirements", "2025-11-25"]),
    ("2026-07-28", CURRENT, &["--requirements", "2026-07-28"]),
    ("0.1.16 all", FIRST, &["--suite", "all"]),
];

/// The scenarios about tasks, which no requirements of a revision have. A gateway in front of the fixture
/// asks for no tasks, so they are run on the fixture alone. Not among them: a tool that cannot be used
/// without tasks, and one that asks before it becomes a task; there are no such tools.
const TASKS: &[&str] = &[
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
];

/// Runs every suite on the fixture, and through a gateway in front of it as a server of each era.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let fixture = Gateway::start(&rig.workspace.binary("keyway-conformance"), "", Keys::Off)?;
    let mut tally = suites(rig, "the fixture", &fixture.url);

    for scenario in TASKS {
        let arguments = ["--scenario", scenario];
        let outcome = suite(rig, &rig.node.file(CURRENT), &arguments, &fixture.url);
        tally += tap::report(&format!("conformance {scenario}: the fixture"), outcome);
    }

    let keyway = rig.workspace.binary("keyway");
    let modern = Gateway::start(&keyway, &in_front_of(&fixture.url), Keys::Off)?;
    modern.wait_for_upstream(&keyway)?;
    tally += suites(rig, "through a gateway, modern upstream", &modern.url);

    let script = rig.workspace.root.join("e2e/node/legacy_only.mjs");
    let mut hide = Running::start(rig.node.command(&script).arg(&fixture.url), Show::Nothing)?;
    let hidden = hide.wait_for(Duration::from_secs(20), |output| {
        output
            .lines()
            .find_map(|line| line.strip_prefix("listening on "))
            .map(str::to_owned)
    })?;
    let legacy = Gateway::start(&keyway, &in_front_of(&hidden), Keys::Off)?;
    legacy.wait_for_upstream(&keyway)?;
    tally += suites(rig, "through a gateway, legacy upstream", &legacy.url);

    // The fixture last: it lets calls finish, and the gateways keep calls of suites that left.
    for (what, gateway) in [("legacy", legacy), ("modern", modern), ("fixture", fixture)] {
        let ended = gateway.stop().and_then(|code| match code {
            Some(0) => Ok(()),
            code => Err(format!("it exited with {code:?}").into()),
        });
        tally += tap::report(&format!("{what}: SIGTERM ends it with exit code 0"), ended);
    }
    Ok(tally)
}

/// The configuration of a gateway that shows one server's names as they are.
fn in_front_of(url: &str) -> String {
    format!("mcp_servers:\n  fixture:\n    url: {url}\n    prefix: false\n")
}

fn suites(rig: &Rig<'_>, what: &str, url: &str) -> Tally {
    let mut tally = Tally::default();
    for (name, program, scenarios) in SUITES {
        let outcome = suite(rig, &rig.node.file(program), scenarios, url);
        tally += tap::report(&format!("conformance {name}: {what}"), outcome);
    }
    tally
}

fn suite(rig: &Rig<'_>, program: &Path, scenarios: &[&str], url: &str) -> Result<(), Failure> {
    let results = tempfile::tempdir()?;
    let mut command: Command = rig.node.command(program);
    command
        .args(["server", "--url", url])
        .args(scenarios)
        .arg("-o")
        .arg(results.path());
    let finished = process::run(&mut command, Show::Nothing)?;
    let Some(summary) = summary(&finished.output) else {
        return Err(format!("no summary:\n{}", finished.output).into());
    };
    if !finished.success {
        return Err(summary.to_owned().into());
    }
    let counts = summary.lines().find(|line| is_count(line));
    println!("#   {}", counts.ok_or("the summary counts nothing")?);
    Ok(())
}

/// What a run says at its end: of many scenarios, or of one.
fn summary(output: &str) -> Option<&str> {
    ["=== SUMMARY ===", "Test Results:"]
        .iter()
        .find_map(|heading| output.split(heading).nth(1))
}

fn is_count(line: &str) -> bool {
    line.starts_with("Total:") || line.starts_with("Passed:")
}
