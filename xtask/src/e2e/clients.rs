//! Real clients of both eras on one side, real servers of both eras on the other.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::gateway::{Gateway, Keys};
use super::{Rig, tap};
use crate::Failure;
use crate::process::{self, Running, Show};
use crate::steps::Tally;

const EVERYTHING: &str = "@modelcontextprotocol/server-everything/dist/index.js";
const FILES: &str = "@modelcontextprotocol/server-filesystem/dist/index.js";
const INSPECTOR: &str = "@modelcontextprotocol/inspector/clients/launcher/build/index.js";

/// Starts the servers and one gateway in front of them, then runs each client.
pub(super) fn run(rig: &Rig<'_>) -> Result<Tally, Failure> {
    let shared = tempfile::tempdir()?;
    let file = shared.path().canonicalize()?.join("hello.txt");
    fs::write(&file, "hello from a file\n")?;
    let servers = Servers::start(rig)?;
    let configuration = servers.configuration(rig, shared.path());
    let gateway = Gateway::start(
        &rig.workspace.binary("keyway"),
        &configuration,
        Keys::Required,
    )?;

    let node = rig.workspace.root.join("e2e/node/client.mjs");
    let python = rig.workspace.root.join("e2e/python/client.py");
    let mut clients: Vec<(String, Command)> = Vec::new();
    for kind in ["sdk1", "legacy", "modern"] {
        let mut command = rig.node.command(&node);
        command.arg(kind);
        clients.push((format!("client.mjs {kind}"), command));
    }
    for mode in ["legacy", "auto"] {
        let mut command = rig.python.command(&python);
        command.arg(mode);
        clients.push((format!("client.py {mode}"), command));
    }
    let mut tally = Tally::default();
    for (what, mut command) in clients {
        command
            .env("KEYWAY_URL", &gateway.url)
            .env("KEYWAY_KEY", &gateway.key)
            .env("KEYWAY_FILE", &file);
        tally += tap::count(&what, &process::run(&mut command, Show::Live)?);
    }
    tally += inspector(rig, &gateway);
    tally += tap::report("no log line names the API key", no_secret(&gateway));
    tally += tap::report("SIGTERM ends the gateway and its children", ends(gateway));
    Ok(tally)
}

/// The servers that are not children of the gateway.
struct Servers {
    everything_http: (Running, u16),
    everything_sse: (Running, u16),
    python_http: (Running, u16),
}

impl Servers {
    fn start(rig: &Rig<'_>) -> Result<Self, Failure> {
        let everything = |transport: &str, sign: &'static str| -> Result<(Running, u16), Failure> {
            let port = free_port()?;
            let mut command = rig.node.command(&rig.node.file(EVERYTHING));
            command.arg(transport).env("PORT", port.to_string());
            ready(&mut command, port, sign)
        };
        let port = free_port()?;
        let mut python = rig.python.command(&python_server(rig));
        python.args(["http", &port.to_string()]);
        Ok(Self {
            everything_http: everything("streamableHttp", "listening on port")?,
            everything_sse: everything("sse", "running on port")?,
            python_http: ready(&mut python, port, "Uvicorn running on")?,
        })
    }

    fn configuration(&self, rig: &Rig<'_>, files: &Path) -> String {
        let node = rig.node.program();
        let stdio = |name: &str, program: PathBuf, arguments: &[&Path]| {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|one| format!("\"{}\"", one.display()))
                .collect();
            format!(
                "  {name}:\n    command: \"{}\"\n    args: [{}]\n",
                program.display(),
                arguments.join(", ")
            )
        };
        let http = |name: &str, port: u16, path: &str| {
            format!("  {name}:\n    url: http://127.0.0.1:{port}{path}\n")
        };
        [
            "mcp_servers:\n".to_owned(),
            stdio(
                "everything",
                node.clone(),
                &[&rig.node.file(EVERYTHING), Path::new("stdio")],
            ),
            stdio("files", node, &[&rig.node.file(FILES), files]),
            stdio(
                "py-stdio",
                rig.python.program(),
                &[&python_server(rig), Path::new("stdio")],
            ),
            http("everything-http", self.everything_http.1, "/mcp"),
            http("everything-sse", self.everything_sse.1, "/sse"),
            http("py-http", self.python_http.1, "/mcp"),
        ]
        .concat()
    }
}

fn python_server(rig: &Rig<'_>) -> PathBuf {
    rig.workspace.root.join("e2e/python/server.py")
}

fn ready(command: &mut Command, port: u16, sign: &str) -> Result<(Running, u16), Failure> {
    let mut server = Running::start(command, Show::Nothing)?;
    server.wait_for(Duration::from_mins(1), |output| {
        output.contains(sign).then_some(())
    })?;
    Ok((server, port))
}

/// A port that was free a moment ago, for servers that cannot choose one themselves.
fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn inspector(rig: &Rig<'_>, gateway: &Gateway) -> Tally {
    let mut tally = Tally::default();
    for era in ["legacy", "modern"] {
        for (what, arguments, sign) in [
            (
                "tools",
                &["--method", "tools/list"][..],
                "mcp__py-http__add",
            ),
            (
                "a call",
                &[
                    "--method",
                    "tools/call",
                    "--tool-name",
                    "mcp__py-http__add",
                    "--tool-arg",
                    "a=2",
                    "b=3",
                ][..],
                "\"total\": 5",
            ),
            (
                "prompts",
                &["--method", "prompts/list"][..],
                "mcp__py-http__summarise",
            ),
            (
                "resources",
                &["--method", "resources/list"][..],
                "note://first",
            ),
        ] {
            let mut command = rig.node.command(&rig.node.file(INSPECTOR));
            command
                .args(["--cli", "--transport", "http", "--server-url", &gateway.url])
                .args([
                    "--protocol-era",
                    era,
                    "--header",
                    &format!("Authorization: Bearer {}", gateway.key),
                ])
                .args(arguments);
            let outcome = process::run(&mut command, Show::Nothing).and_then(|finished| {
                let good = finished.success && finished.output.contains(sign);
                good.then_some(()).ok_or_else(|| finished.output.into())
            });
            tally += tap::report(&format!("inspector {era}: {what}"), outcome);
        }
    }
    tally
}

fn no_secret(gateway: &Gateway) -> Result<(), Failure> {
    let log = gateway.log();
    let logged = log
        .lines()
        .any(|line| line.starts_with('{') && line.contains(&gateway.key));
    if logged {
        Err("the key is in the log".into())
    } else {
        Ok(())
    }
}

fn ends(gateway: Gateway) -> Result<(), Failure> {
    match gateway.stop()? {
        Some(0) => Ok(()),
        code => Err(format!("it exited with {code:?}").into()),
    }
}
