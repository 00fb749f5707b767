use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use keyway_testkit::postgres::Database;

use super::engine;

/// A working directory of its own, and the program run in it with nothing inherited.
pub(crate) struct World {
    dir: tempfile::TempDir,
    variables: Vec<(String, String)>,
    _database: Option<Database>,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        fs::create_dir(&home).unwrap();
        let database = engine::wanted();
        let url = database.as_ref().map(Database::url);
        let url = url.map(|url| ("KEYWAY_DATABASE_URL".to_owned(), url));
        let world = Self {
            dir,
            variables: url.into_iter().collect(),
            _database: database,
        };
        world
            .with("HOME", home.to_str().unwrap())
            .with("PATH", "/usr/bin:/bin")
    }

    /// With a `keyway.yaml`.
    pub(crate) fn of(yaml: &str) -> Self {
        let world = Self::new();
        world.write("keyway.yaml", yaml);
        world
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyway"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: self.plain(&output.stdout),
            err: self.plain(&output.stderr),
        }
    }

    /// Text without the paths of this run.
    fn plain(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let real = fs::canonicalize(self.dir.path()).unwrap();
        let show = |path: &Path| path.display().to_string();
        text.replace(&show(&real), "DIR")
            .replace(&show(self.dir.path()), "DIR")
    }
}

/// A gateway that runs as its own process until it is dropped.
pub(crate) struct Serving {
    child: Child,
    /// Its MCP endpoint.
    pub(crate) url: String,
}

impl World {
    /// Starts `keyway serve` on a free port and waits until it listens.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Serving {
        let all = [
            &["serve", "--bind", "127.0.0.1:0", "--log-format", "json"],
            arguments,
        ]
        .concat();
        let mut command = self.command(&all);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut serving = Serving {
            child: command.spawn().unwrap(),
            url: String::new(),
        };
        let mut log = BufReader::new(serving.child.stderr.take().unwrap());
        let mut told = String::new();
        loop {
            let start = told.len();
            assert_ne!(log.read_line(&mut told).unwrap(), 0, "it ended: {told}");
            let line = told.get(start..).unwrap_or_default();
            let event: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            let text = |name: &str| event.get(name).and_then(serde_json::Value::as_str);
            if text("message") == Some("listening") {
                // What is logged later is read, so that the pipe never fills.
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
                text("url").unwrap().clone_into(&mut serving.url);
                return serving;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    /// All that was written and the exit code, for a snapshot.
    pub(crate) fn told(&self) -> String {
        format!("exit {}\n{}{}", self.code, self.out, self.err)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {}", self.told()))
    }

    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.told());
        self
    }
}
