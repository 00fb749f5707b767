//! The console, with people at headless browsers: every page and every form, with script and without.

use std::fmt::Write as _;

use super::authorization::Authorization;
use super::gateway::{Gateway, Keys};
use super::{Rig, sign_in, tap};
use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;

const EVERYTHING: &str = "@modelcontextprotocol/server-everything/dist/index.js";

/// Sets a gateway up in the browser, and runs the files of `e2e/console` that are wanted. Pictures of the pages are left in
/// `target/console`.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let binary = rig.workspace.binary("keyway");
    let port = free_port()?;
    let authorization = Authorization::start(rig.workspace)?;
    let gateway = Gateway::start(&binary, &configuration(rig, port), Keys::Required)?;
    let mut tally = tap::report(
        "the first owner is set up in the browser",
        sign_in::set_up(rig, &gateway),
    );
    gateway.wait_for_upstream(&binary)?;
    let script = rig.workspace.root.join("e2e/console/run.mjs");
    let mut command = rig.node.command(&script);
    command
        .args(rig.only)
        .env("KEYWAY_PROTECTED", &authorization.mcp)
        .env("KEYWAY_CONTROL", &authorization.control)
        .env("KEYWAY_URL", &gateway.url)
        .env("KEYWAY_KEY", &gateway.key)
        .env("KEYWAY_MODEL_PORT", port.to_string())
        .env("KEYWAY_SHOTS", rig.workspace.root.join("target/console"));
    tally += tap::count("console", &process::run(&mut command, Show::Live)?);
    Ok(tally)
}

/// A port that nobody has now: the model of the tests listens there.
fn free_port() -> Result<u16, Failure> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}

/// A credential, and an agent whose model the tests are.
const DEFINITIONS: &str = "\
credentials:
  acme:
    title: Acme
    description: A service that is not there
    fields:
      apiKey: { title: API key }
      region: { title: Region, secret: false, required: false }
    hosts: [api.acme.example]
agents:
  helper:
    description: Says how things are
    system_prompt: You say how things are.
    model: lab/test-1
    tools: [status]
";

/// Two servers: an official one, and one that attacks. Everybody asks often here, and what the tests
/// serve on this machine may be reached.
fn configuration(rig: &Rig<'_>, model: u16) -> String {
    let node = rig.node.program();
    let malicious = rig.workspace.root.join("e2e/console/malicious.mjs");
    let policy = rig.workspace.root.join("e2e/console/approvals.cedar");
    let mut text = format!(
        "egress:\n  allow: [127.0.0.1]\npolicy:\n  file: {}\nmcp_servers:\n",
        policy.display()
    );
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
    let _ = write!(
        text,
        "models:\n  vendors:\n    lab: {{ base_url: \"http://127.0.0.1:{model}/v1/\", key: lab }}\n{DEFINITIONS}"
    );
    text
}
