//! A gateway as a person starts it: the binary, a folder with a `keyway.yaml`, a free port.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::Failure;
use crate::process::{self, Running, Show, Stopwatch};

/// How long a debug build on a busy machine may take to start.
const START: Duration = Duration::from_mins(1);

/// A running gateway in a folder of its own. Dropping it ends it and removes the folder.
pub(super) struct Gateway {
    process: Running,
    folder: TempDir,
    /// The MCP endpoint.
    pub(super) url: String,
    /// The API key that the first start made.
    pub(super) key: String,
}

/// Whether callers need an API key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Required,
    Off,
}

impl Gateway {
    /// Starts a binary with that configuration and waits until it listens.
    pub(super) fn start(binary: &Path, configuration: &str, keys: Keys) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("keyway-e2e-").tempdir()?;
        fs::write(folder.path().join("keyway.yaml"), configuration)?;
        let mut command = Command::new(binary);
        command
            .args(["serve", "--bind", "127.0.0.1:0", "--log-format", "json"])
            .args((keys == Keys::Off).then_some("--no-auth"))
            .current_dir(folder.path());
        let mut process = Running::start(&mut command, Show::Nothing)?;
        let started =
            process.wait_for(START, |output| Some((address(output)?, first_key(output)?)));
        let (url, key) = started.map_err(|failure| format!("{}: {failure}", binary.display()))?;
        Ok(Self {
            process,
            folder,
            url,
            key,
        })
    }

    /// The gateway's folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it has logged.
    pub(super) fn log(&self) -> String {
        self.process.output()
    }

    /// Waits until its one upstream server is connected: `serve` answers before that.
    pub(super) fn wait_for_upstream(&self, binary: &Path) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        loop {
            let mut command = Command::new(binary);
            command
                .args(["mcp", "status", "--server", &self.url])
                .env("KEYWAY_API_KEY", &self.key)
                .current_dir(self.folder.path());
            let status = process::run(&mut command, Show::Nothing)?;
            if status.output.contains(" connected ") {
                return Ok(());
            }
            if watch.elapsed() > START {
                let log = self.log();
                return Err(format!("no upstream:\n{}\n{log}", status.output).into());
            }
        }
    }

    /// Asks it to end; its exit code. Longer than the 20 s it gives to calls in flight and the 10 s
    /// it gives to its own work.
    pub(super) fn stop(mut self) -> Result<Option<i32>, Failure> {
        self.process.terminate(Duration::from_secs(45))
    }
}

fn address(output: &str) -> Option<String> {
    let line = output
        .lines()
        .find(|line| line.contains(r#""message":"listening""#))?;
    let (_, rest) = line.split_once(r#""url":""#)?;
    rest.split('"').next().map(str::to_owned)
}

fn first_key(output: &str) -> Option<String> {
    let line = output
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("kw_"))?;
    Some(line.to_owned())
}
