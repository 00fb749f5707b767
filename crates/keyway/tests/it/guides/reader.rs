use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::blocks::{self, Block, blocks};
use super::shown::{Seen, begins, fits};
use crate::support::wait::PATIENCE;

/// Where guides say that a gateway is; in a test it is on a free port.
const GATEWAY: &str = "http://127.0.0.1:8420";
/// Where it says that it would be, as long as it does not run.
const NOWHERE: &str = "http://127.0.0.1:0";
/// The root of this repository.
pub(super) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What a command says that does not come to a good end.
const FAILS: [&str; 2] = ["error: ", "  the call would fail"];

/// Somebody who does what a guide says, in an empty folder of a home of their own.
pub(super) struct Reader {
    home: tempfile::TempDir,
    /// Where they are.
    folder: PathBuf,
    path: String,
    variables: Vec<(String, String)>,
    exports: Vec<String>,
    /// What the guide calls something, and what it is here.
    names: Vec<(String, String)>,
    seen: Seen,
    going_on: Vec<GoingOn>,
    patience: Duration,
}

/// A command that goes on, ended with its reader.
struct GoingOn {
    child: Child,
    output: PathBuf,
    /// How many lines of it were shown.
    shown: usize,
}

impl Reader {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("work");
        fs::create_dir(&folder).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_keyway")).parent().unwrap();
        Self {
            folder,
            path: format!("{}:/usr/bin:/bin", program.display()),
            home,
            variables: Vec::new(),
            exports: Vec::new(),
            names: Vec::new(),
            seen: Seen::new(),
            going_on: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// With what a service that the guide names stands for here.
    pub(super) fn with(mut self, documented: &str, url: &str) -> Self {
        self.names.push((documented.to_owned(), url.to_owned()));
        let host = |url: &str| {
            let rest = url.split("://").nth(1)?;
            rest.split('/').next().map(str::to_owned)
        };
        let hosts = host(documented).zip(host(url));
        self.names.extend(hosts);
        self
    }

    /// With a variable of their environment.
    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With programs of one more folder.
    pub(super) fn programs(mut self, folder: &Path) -> Self {
        self.path = format!("{}:{}", folder.display(), self.path);
        self
    }

    /// With more patience, where programs are built.
    pub(super) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// A path in their home.
    pub(super) fn home(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// Does everything that a guide says.
    pub(super) async fn follow(&mut self, guide: &str) {
        let blocks = blocks(guide).unwrap();
        assert!(!blocks.is_empty());
        for block in blocks {
            match block {
                Block::File { path, text } => self.write(&path, &text),
                Block::Excerpt { path, text } => {
                    let whole = fs::read_to_string(Path::new(ROOT).join(&path)).unwrap();
                    assert!(whole.contains(&text), "{path} has no such part:\n{text}");
                }
                Block::Commands(commands) => {
                    for command in commands {
                        self.run(&command).await;
                    }
                }
                Block::Said(shown) => {
                    let last = self.going_on.len().checked_sub(1);
                    self.hear(last.expect("a command that goes on"), &shown)
                        .await;
                }
            }
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, self.here(text)).unwrap();
    }

    async fn run(&mut self, command: &blocks::Command) {
        let text = self.here(&command.text);
        let text = self.seen.iter().rev().fold(text, |text, (shown, actual)| {
            text.replace(shown.as_str(), actual)
        });
        let unknown = text.contains('…');
        assert!(
            !unknown,
            "nothing was shown before of what stands for `…`: {text}"
        );
        if let Some(folder) = text.strip_prefix("cd ") {
            self.folder = self.folder.join(folder);
            assert!(self.folder.is_dir(), "{text}");
        } else if text.starts_with("export ") {
            self.exports.push(text);
        } else if goes_on(&text) {
            self.start(&text);
            self.hear(self.going_on.len() - 1, &command.shown).await;
        } else {
            self.finish(&text, &command.shown);
        }
    }

    /// Runs a command to its end.
    fn finish(&mut self, text: &str, shown: &[String]) {
        let mut shell = self.shell(text);
        let ran = shell.output().unwrap();
        let said = self.there(&ran.stdout);
        let told = || format!("$ {text}\n{}\n{}", said.join("\n"), ran.status);
        let fails = shown
            .iter()
            .any(|line| FAILS.iter().any(|mark| line.starts_with(mark)));
        assert_eq!(ran.status.success(), !fails, "{}", told());
        if !shown.is_empty() {
            let seen = fits(shown, &said);
            let seen = seen.unwrap_or_else(|| panic!("shown:\n{}\n{}", shown.join("\n"), told()));
            self.seen.extend(seen);
        }
    }

    /// Starts a command that goes on.
    fn start(&mut self, text: &str) {
        let output = self
            .home
            .path()
            .join(format!("output-{}", self.going_on.len()));
        let mut shell = self.shell(text);
        shell
            .stdout(File::create(&output).unwrap())
            .process_group(0);
        let child = shell.spawn().unwrap();
        self.going_on.push(GoingOn {
            child,
            output,
            shown: 0,
        });
    }

    /// Waits until a command that goes on said what is shown.
    async fn hear(&mut self, nth: usize, shown: &[String]) {
        let patience = self.patience;
        let waiting = tokio::time::timeout(patience, async {
            loop {
                let ended = self.going_on[nth].child.try_wait().unwrap();
                if let Some(heard) = self.heard(nth, shown) {
                    break heard;
                }
                assert!(ended.is_none(), "it ended:\n{}", self.said(nth).join("\n"));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let Ok((count, seen)) = waiting.await else {
            let said = self.said(nth).join("\n");
            panic!(
                "waited in vain for:\n{}\nit said:\n{said}",
                shown.join("\n")
            );
        };
        self.going_on[nth].shown += count;
        self.seen.extend(seen);
    }

    fn heard(&mut self, nth: usize, shown: &[String]) -> Option<(usize, Seen)> {
        let said = self.said(nth);
        begins(shown, said.get(self.going_on[nth].shown..)?)
    }

    /// The whole lines that it said so far.
    fn said(&mut self, nth: usize) -> Vec<String> {
        let text = fs::read(&self.going_on[nth].output).unwrap();
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let whole = text
            .get(..whole.map_or(0, |end| end + 1))
            .unwrap_or_default();
        self.learn(&String::from_utf8_lossy(whole));
        self.there(whole)
    }

    /// Learns where the gateway is: the address on this machine that is nothing else's.
    fn learn(&mut self, text: &str) {
        let before = GATEWAY.trim_end_matches(|c: char| c.is_ascii_digit());
        for (at, _) in text.match_indices(before) {
            let port = text.get(at + before.len()..).unwrap_or_default();
            let port = port.chars().take_while(char::is_ascii_digit);
            let address = format!("{before}{}", port.collect::<String>());
            let mut known = self.names.iter();
            if !known.any(|(_, here)| here.starts_with(&address)) {
                self.names.push((GATEWAY.to_owned(), address));
            }
        }
    }

    fn shell(&self, text: &str) -> Command {
        let mut shell = Command::new("sh");
        let exports = self.exports.join("\n");
        shell
            .args(["-c", &format!("exec 2>&1\n{exports}\n{text}")])
            .current_dir(&self.folder)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", &self.path)
            .env("KEYWAY_BIND", "127.0.0.1:0")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null());
        shell
    }

    /// What the guide says, as it is here.
    fn here(&self, text: &str) -> String {
        let names = self.names.iter();
        names.fold(text.to_owned(), |text, (name, here)| {
            text.replace(name, here)
        })
    }

    /// The lines of what was said here, as the guide shows them.
    fn there(&self, said: &[u8]) -> Vec<String> {
        let said = String::from_utf8_lossy(said);
        let home = fs::canonicalize(self.home.path()).unwrap();
        let said = said.replace(home.to_str().unwrap(), "~");
        let said = said.replace(NOWHERE, GATEWAY);
        let names = self.names.iter();
        let said = names.fold(said, |said, (name, here)| said.replace(here, name));
        said.lines().map(str::to_owned).collect()
    }
}

/// True for a command that goes on until it is stopped.
fn goes_on(text: &str) -> bool {
    let words = text.replace("cargo run -q -- ", "keyway ");
    words.starts_with("keyway dev") || words.starts_with("keyway serve")
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[should_panic(expected = "shown:")]
async fn a_command_that_says_something_else_fails_its_guide() {
    let guide = "```console\n$ echo one\ntwo\n```\n";
    Reader::new().follow(guide).await;
}

#[tokio::test]
#[should_panic(expected = "exit status: 3")]
async fn a_command_that_fails_fails_its_guide() {
    Reader::new().follow("```console\n$ exit 3\n```\n").await;
}
