//! A person's desk: their own file of servers, a folder to work in, and the program.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Rig;
use super::person::Person;
use crate::Failure;
use crate::process::{self, Running, Show};

const EVERYTHING: &str = "@modelcontextprotocol/server-everything/dist/index.js";
const FILES: &str = "@modelcontextprotocol/server-filesystem/dist/index.js";
const MEMORY: &str = "@modelcontextprotocol/server-memory/dist/index.js";

/// A person's folder, a folder to work in, and the program.
pub(super) struct Desk<'a> {
    rig: &'a Rig<'a>,
    pub(super) folder: TempDir,
    _model: Running,
}

impl<'a> Desk<'a> {
    pub(super) fn new(rig: &'a Rig<'a>) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("keyway-e2e-").tempdir()?;
        let work = folder.path().join("work");
        fs::create_dir(&work)?;
        fs::create_dir(folder.path().join("own"))?;
        fs::write(work.join("hello.txt"), "hello from a file\n")?;
        repository(&work)?;
        let node = rig.node.program();
        let python = rig.python.program();
        let script = |file: &str| rig.node.file(file);
        let servers = json!({ "servers": {
            "everything": { "command": node, "args": [script(EVERYTHING), "stdio"] },
            "files": { "command": node, "args": [script(FILES), work] },
            "memory": {
                "command": node,
                "args": [script(MEMORY)],
                "env": { "MEMORY_FILE_PATH": folder.path().join("memory.jsonl") },
            },
            "time": { "command": python, "args": ["-m", "mcp_server_time"] },
            "git": { "command": python, "args": ["-m", "mcp_server_git"] },
        } });
        fs::write(folder.path().join("own/mcp.json"), servers.to_string())?;
        let mut model = Running::start(
            &mut rig
                .node
                .command(&rig.workspace.root.join("e2e/node/model.mjs")),
            Show::Nothing,
        )?;
        let url = model.wait_for(Duration::from_secs(20), |output| {
            let line = output
                .lines()
                .find_map(|line| line.strip_prefix("listening on "));
            line.map(str::to_owned)
        })?;
        let vendor = json!({ "kind": "openai", "base_url": format!("{url}/v1/") });
        let models = json!({ "vendors": { "here": vendor } });
        fs::write(folder.path().join("own/models.json"), models.to_string())?;
        Ok(Self {
            rig,
            folder,
            _model: model,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.rig.workspace.binary("keyway"));
        command
            .args(arguments)
            .current_dir(self.folder.path().join("work"))
            .env("KEYWAY_HOME", self.folder.path().join("own"))
            .env_remove("KEYWAY_SERVER");
        command
    }

    /// Runs it without a terminal; whether it did well, and what it said.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<(bool, String), Failure> {
        let finished = process::run(&mut self.command(arguments), Show::Nothing)?;
        Ok((finished.success, finished.output))
    }

    /// The same, where it has to do well and say all of these.
    pub(super) fn says(&self, arguments: &[&str], signs: &[&str]) -> Result<(), Failure> {
        let (good, output) = self.run(arguments)?;
        if good {
            holds(&output, signs)
        } else {
            Err(output.into())
        }
    }

    /// A call that is allowed beforehand.
    pub(super) fn call(
        &self,
        server: &str,
        tool: &str,
        arguments: &Value,
        signs: &[&str],
    ) -> Result<(), Failure> {
        let (arguments, approve) = (arguments.to_string(), format!("{server}/{tool}"));
        let call = [
            "mcp",
            "call",
            server,
            tool,
            "--args",
            &arguments,
            "--approve",
            &approve,
        ];
        self.says(&call, signs)
    }

    /// A person at a call.
    pub(super) fn person(&self, arguments: &[&str]) -> Result<Person, Failure> {
        let mut command = self.command(&[&["mcp", "call"], arguments].concat());
        Person::at(&mut command)
    }
}

pub(super) fn holds(output: &str, signs: &[&str]) -> Result<(), Failure> {
    match signs.iter().find(|sign| !output.contains(**sign)) {
        Some(missing) => Err(format!("{missing:?} is missing in:\n{output}").into()),
        None => Ok(()),
    }
}

/// Waits for the end of a call that has to do well and show all of these.
pub(super) fn ends(person: Person, signs: &[&str]) -> Result<(), Failure> {
    match person.ends()? {
        (Some(0), screen) => holds(&screen, signs),
        (code, screen) => Err(format!("it ended with {code:?}:\n{screen}").into()),
    }
}

fn repository(work: &Path) -> Result<(), Failure> {
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "hello.txt"],
        &[
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "commit",
            "-q",
            "-m",
            "a first commit",
        ],
    ] {
        let finished = process::run(
            Command::new("git").args(arguments).current_dir(work),
            Show::Nothing,
        )?;
        if !finished.success {
            return Err(finished.output.into());
        }
    }
    Ok(())
}
