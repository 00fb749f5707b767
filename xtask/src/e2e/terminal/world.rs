//! Everything around the chat: a model, an authorization server with an MCP server behind it, a
//! person's folder with a server in each state.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::super::Rig;
use super::super::authorization::{Authorization, said};
use crate::Failure;
use crate::process::{Running, Show};

/// How long a helper may take to say where it is.
const START: Duration = Duration::from_secs(30);

/// The port that the browser comes back to. Not the usual one: that may be somebody's.
const CALLBACK: &str = "http://localhost:0/auth/mcp/callback";

pub(super) struct World {
    folder: TempDir,
    keyway: PathBuf,
    _model: Running,
    _authorization: Authorization,
}

impl World {
    pub(super) fn start(rig: &Rig<'_>) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("keyway-chat-").tempdir()?;
        let own = folder.path().join("own");
        fs::create_dir(&own)?;
        fs::set_permissions(&own, fs::Permissions::from_mode(0o700))?;
        let work = folder.path().join("work");
        fs::create_dir(&work)?;

        let script = folder.path().join("model.json");
        fs::write(&script, model().to_string())?;
        let mut command = Command::new(rig.workspace.binary("keyway-models"));
        let mut model = Running::start(command.arg("--script").arg(&script), Show::Nothing)?;
        let base = model.wait_for(START, |output| said(output, "base_url "))?;

        let authorization = Authorization::start(rig.workspace)?;
        let protected = &authorization.mcp;

        let everything = rig
            .node
            .file("@modelcontextprotocol/server-everything/dist/index.js");
        let servers = json!({ "servers": {
            "everything": { "command": rig.node.program(), "args": [everything, "stdio"] },
            "gone": { "url": "http://127.0.0.1:1/mcp", "retries": 0 },
            "locked": {
                "url": protected,
                "auth": { "type": "api_key", "key": "not-the-key" },
            },
            "off": { "url": protected, "enabled": false },
            "slow": { "command": "sleep", "args": ["1000"], "connect_timeout_ms": 300_000 },
            "tracker": { "url": protected, "auth": { "type": "oauth" } },
        } });
        fs::write(own.join("mcp.json"), servers.to_string())?;
        let models = json!({
            "default": "lab/test-1",
            "vendors": { "lab": { "base_url": base, "key": "e2e-key" } },
        });
        fs::write(own.join("models.json"), models.to_string())?;
        fs::set_permissions(own.join("models.json"), fs::Permissions::from_mode(0o600))?;

        // The browser is a person who reads the page and presses the button.
        let browser = folder.path().join("browser");
        let consent = rig.workspace.root.join("e2e/node/consent.mjs");
        let node = rig.node.program();
        let log = folder.path().join("browser.log");
        let lines = format!(
            "#!/bin/sh\nexec '{}' '{}' \"$1\" >'{}' 2>&1\n",
            node.display(),
            consent.display(),
            log.display()
        );
        fs::write(&browser, lines)?;
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755))?;
        Ok(Self {
            folder,
            keyway: rig.workspace.binary("keyway"),
            _model: model,
            _authorization: authorization,
        })
    }

    /// A shell command that runs the program here, with nothing inherited.
    pub(super) fn command(&self, arguments: &str) -> String {
        let folder = self.folder.path().display();
        format!(
            "cd '{folder}/work' && env -i HOME='{folder}' PATH=/usr/bin:/bin TERM=\"$TERM\" \
             LANG=C.UTF-8 KEYWAY_HOME='{folder}/own' KEYWAY_GRANTS=file KEYWAY_TOOL_TOKENS=0 \
             KEYWAY_CALLBACK_URL={CALLBACK} BROWSER='{folder}/browser' '{}' {arguments}",
            self.keyway.display()
        )
    }

    /// What the browser said, when it said something.
    pub(super) fn browser_log(&self) -> String {
        fs::read_to_string(self.folder.path().join("browser.log")).unwrap_or_default()
    }
}

/// What the model answers.
fn model() -> serde_json::Value {
    let call = |server: &str, tool: &str, arguments: serde_json::Value| {
        json!([{ "name": "call_mcp_tool",
            "arguments": { "server": server, "tool": tool, "arguments": arguments } }])
    };
    json!({ "key": "e2e-key", "rules": [
        { "when": "what is here", "then": { "text": [
            "## What I see\n\n", "Two things, **both** open:\n\n",
            "| Issue | Title |\n|--:|:--|\n| 12 | The build is red |\n| 14 | 日本語 is cut |\n\n",
            "Run `cargo test` to see the first.\n" ] } },
        { "when": "echo", "then": { "text": ["I ask the server."],
            "calls": call("everything", "echo", json!({ "message": "hello" })) } },
        { "when": "delete", "then": { "text": ["I clean up."],
            "calls": call("everything", "echo", json!({ "message": "delete everything" })) } },
        { "when": "story", "then": { "pause": 700, "text": [
            "Once ", "upon ", "a ", "time ", "there ", "was ", "a ", "very ", "long ", "story.",
            " ", "It ", "went ", "on ", "and ", "on." ] } },
    ] })
}
