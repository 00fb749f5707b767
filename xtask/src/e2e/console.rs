//! The console, with people at headless browsers: every page and every form, with script and without.

use std::fmt::Write as _;

use super::gateway::{Gateway, Keys};
use super::{Rig, sign_in, tap};
use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;

const EVERYTHING: &str = "@modelcontextprotocol/server-everything/dist/index.js";

/// Sets a gateway up in the browser, and runs the files of `e2e/console`. Pictures of the pages are left in
/// `target/console`.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let binary = rig.workspace.binary("keyway");
    let gateway = Gateway::start(&binary, &configuration(rig), Keys::Required)?;
    let mut tally = tap::report(
        "the first owner is set up in the browser",
        sign_in::set_up(rig, &gateway),
    );
    gateway.wait_for_upstream(&binary)?;
    let script = rig.workspace.root.join("e2e/console/run.mjs");
    let mut command = rig.node.command(&script);
    command
        .env("KEYWAY_URL", &gateway.url)
        .env("KEYWAY_KEY", &gateway.key)
        .env("KEYWAY_SHOTS", rig.workspace.root.join("target/console"));
    tally += tap::count("console", &process::run(&mut command, Show::Live)?);
    Ok(tally)
}

/// Two servers: an official one, and one that attacks. Everybody asks often here.
fn configuration(rig: &Rig<'_>) -> String {
    let node = rig.node.program();
    let malicious = rig.workspace.root.join("e2e/console/malicious.mjs");
    let mut text = String::from("mcp_servers:\n");
    for (key, script) in [
        ("everything", rig.node.file(EVERYTHING)),
        ("evil", malicious),
    ] {
        let _ = write!(
            text,
            "  {key}:\n    command: {}\n    args: [{}]\n",
            node.display(),
            script.display()
        );
    }
    text
}
