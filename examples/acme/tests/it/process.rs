#![expect(clippy::panic, reason = "a test that cannot be set up fails")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use keyway_core::client::{HttpClient, Response};
use keyway_core::ports::Hosts;
use keyway_core::{Error, Secret};
use keyway_egress::{Egress, EgressConfig};
use serde_json::Value;

/// How a process is begun: the example's own program, or the gateway with one more action.
#[derive(Clone, Copy)]
pub(crate) enum Program {
    Acme,
    Breaking,
}

/// A directory with a gateway's data, and the commands that are run in it.
pub(crate) struct World {
    directory: tempfile::TempDir,
    program: Program,
    variables: Vec<(String, String)>,
}

impl World {
    pub(crate) fn new(program: Program) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            directory,
            program,
            variables: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match self.program {
            Program::Acme => Command::new(env!("CARGO_BIN_EXE_keyway-acme")),
            Program::Breaking => Command::new(std::env::current_exe().unwrap()),
        };
        command
            .env_clear()
            .env("HOME", self.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path())
            .stdin(Stdio::null());
        match self.program {
            Program::Acme => command.args(arguments),
            Program::Breaking => {
                command.args([
                    "--ignored",
                    "--exact",
                    "--nocapture",
                    crate::canaries::CHILD,
                ]);
                command.env(crate::canaries::ARGUMENTS, arguments.join("\n"))
            }
        };
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that has to go well.
    pub(crate) fn well(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        output
    }
}

/// All that a command wrote.
pub(crate) fn told(output: &Output) -> String {
    let all = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// A gateway that serves, as a process of its own until it is dropped.
pub(crate) struct Served {
    child: Child,
    url: String,
    key: Secret<String>,
    told: Arc<Mutex<String>>,
    client: HttpClient,
}

impl Served {
    pub(crate) fn start(world: &World) -> Self {
        let serve = ["serve", "--bind", "127.0.0.1:0", "--log-format", "json"];
        let mut command = world.command(&serve);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = Arc::new(Mutex::new(String::new()));
        let keep = |told: &Arc<Mutex<String>>, line: &str| told.lock().unwrap().push_str(line);
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let url = loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line).unwrap();
            keep(&told, &line);
            assert_ne!(read, 0, "it ended: {}", told.lock().unwrap());
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            let text = |name: &str| event.get(name).and_then(Value::as_str);
            if text("message") == Some("listening") {
                let url = text("url").unwrap();
                break url
                    .trim_end_matches("/mcp")
                    .replace("127.0.0.1", "localhost");
            }
        };
        // What a first start prints: its key, beside much else.
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let key = out
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.trim().starts_with("kw_"));
        let key = key.unwrap_or_else(|| panic!("no key was shown"));
        let log = Arc::clone(&told);
        std::thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
                log.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        // What it shows once is for who started it, and no part of what it wrote down.
        std::thread::spawn(move || out.map_while(Result::ok).for_each(drop));
        let way_out = Arc::new(Egress::new(EgressConfig::default()));
        Self {
            child,
            url,
            key: Secret::new(key.trim().to_owned()),
            told,
            client: HttpClient::new(Some(way_out), Some(Hosts::new(["localhost"]).unwrap())),
        }
    }

    /// The API key of the first start.
    pub(crate) fn key(&self) -> &str {
        self.key.expose()
    }

    /// What it wrote so far.
    pub(crate) fn told(&self) -> String {
        self.told.lock().unwrap().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Response, Error> {
        let request = self.client.get(format!("{}{path}", self.url));
        request.bearer(&self.key).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Response, Error> {
        let request = self.client.post(format!("{}{path}", self.url));
        let accept = "application/json, text/event-stream";
        let request = request.header("accept", accept).json(body);
        request.bearer(&self.key).send().await
    }

    /// Calls an action; its status and its answer.
    pub(crate) async fn call(&self, slug: &str, input: &Value) -> (u16, String) {
        let answer = self
            .post(&format!("/v1/actions/{slug}"), input)
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
