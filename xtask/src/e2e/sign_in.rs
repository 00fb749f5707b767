//! Stock clients that are given nothing but the URL, a terminal that shows a code, a person at a
//! headless browser, and the official scenarios for authorization servers.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::gateway::{Gateway, Keys};
use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;

const INSPECTOR: &str = "@modelcontextprotocol/inspector/clients/launcher/build/index.js";

/// Many programs of one machine register here; a real gateway allows five an hour.
const CONFIGURATION: &str = "rate_limit:\n  oauth_register:\n    limit: 1000\n";

/// Sets a gateway up in the browser, then lets each client sign in.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let binary = rig.workspace.binary("keyway");
    let gateway = Gateway::start(&binary, CONFIGURATION, Keys::Required)?;
    let mut tally = tap::report(
        "the first owner is set up in the browser",
        set_up(rig, &gateway),
    );
    let scripts = rig.workspace.root.join("e2e");
    let mut clients: Vec<(String, Command)> = Vec::new();
    for kind in ["sdk1", "legacy", "modern"] {
        let mut command = rig.node.command(&scripts.join("node/sign_in.mjs"));
        command.arg(kind);
        clients.push((format!("sign_in.mjs {kind}"), command));
    }
    for mode in ["legacy", "auto"] {
        let mut command = rig.python.command(&scripts.join("python/sign_in.py"));
        command.arg(mode).arg(rig.node.program());
        clients.push((format!("sign_in.py {mode}"), command));
    }
    for kind in ["remote", "inspector", "conformance"] {
        let mut command = rig.node.command(&scripts.join("node/sign_in_program.mjs"));
        command.arg(kind);
        clients.push((format!("sign_in_program.mjs {kind}"), command));
    }
    let device = rig.node.command(&scripts.join("node/device.mjs"));
    clients.push((String::from("device.mjs"), device));
    for (what, mut command) in clients {
        let home = tempfile::tempdir()?;
        command
            .env("KEYWAY_URL", &gateway.url)
            .env("KEYWAY_INSPECTOR", rig.node.file(INSPECTOR))
            .env("HOME", home.path());
        tally += tap::count(&what, &process::run(&mut command, Show::Live)?);
    }
    tally += tap::report("keyway's own client signs in", own_client(rig, &gateway));
    tally += tap::report("no token is in the log", no_token(&gateway));
    Ok(tally)
}

pub(super) fn set_up(rig: &Rig<'_>, gateway: &Gateway) -> Result<(), Failure> {
    let output = gateway.log();
    let link = output
        .split_whitespace()
        .find(|word| word.starts_with("http") && word.contains("/setup/"))
        .ok_or("the first start showed no link")?;
    let script = rig.workspace.root.join("e2e/node/person.mjs");
    let finished = process::run(
        rig.node.command(&script).args(["set-up", link]),
        Show::Nothing,
    )?;
    finished
        .success
        .then_some(())
        .ok_or_else(|| finished.output.into())
}

/// `keyway mcp connect` with a browser that is `person.mjs`, then a call.
fn own_client(rig: &Rig<'_>, gateway: &Gateway) -> Result<(), Failure> {
    let home = tempfile::tempdir()?;
    let servers =
        json!({ "servers": { "gateway": { "url": gateway.url, "auth": { "type": "oauth" } } } });
    std::fs::write(home.path().join("mcp.json"), servers.to_string())?;
    let node = rig.node.program();
    let person = rig.workspace.root.join("e2e/node/person.mjs");
    let browser = format!("{} {} allow %s", node.display(), person.display());
    for (arguments, sign) in [
        (&["mcp", "connect", "gateway"][..], "connected"),
        (
            &[
                "mcp",
                "call",
                "gateway",
                "status",
                "--approve",
                "gateway/status",
            ],
            "healthy",
        ),
    ] {
        let mut command = Command::new(rig.workspace.binary("keyway"));
        command
            .args(arguments)
            .current_dir(home.path())
            .env("KEYWAY_HOME", home.path())
            .env("KEYWAY_GRANTS", "file")
            .env("BROWSER", &browser)
            .env_remove("KEYWAY_SERVER");
        let finished = process::run(&mut command, Show::Nothing)?;
        if !finished.success || !finished.output.contains(sign) {
            return Err(format!("{arguments:?}:\n{}", finished.output).into());
        }
    }
    Ok(())
}

/// Everything the server writes is collected; give the last lines a moment to arrive.
fn no_token(gateway: &Gateway) -> Result<(), Failure> {
    std::thread::sleep(Duration::from_millis(200));
    let log = gateway.log();
    let logged = log.lines().filter(|line| line.starts_with('{'));
    let shown = logged
        .filter(|line| {
            ["kwa_", "kwr_", "kwc_", "kwb_"]
                .iter()
                .any(|kind| line.contains(kind))
        })
        .count();
    if shown == 0 {
        Ok(())
    } else {
        Err(format!("{shown} lines of the log show tokens").into())
    }
}
