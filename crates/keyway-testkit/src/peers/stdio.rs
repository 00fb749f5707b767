use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use super::answer::answer;
use super::outlet::Listener;
use super::peer::{Peer, Seen, wait_for};
use super::script::{Era, Script};

const SCRIPT: &str = "TESTKIT_PEER_SCRIPT";
const RECORD: &str = "TESTKIT_PEER_RECORD";

/// An MCP server in a child process: the test binary itself, started anew. The binary needs a test
/// that does nothing but call [`run_if_asked`].
pub struct StdioPeer {
    script: Script,
    test: &'static str,
    folder: TempDir,
}

impl StdioPeer {
    /// A peer to be started by whoever wants to be its client. `test` is the full name of the test
    /// that calls [`run_if_asked`].
    pub fn new(script: Script, test: &'static str) -> Self {
        Self {
            script,
            test,
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// The program.
    pub fn command(&self) -> String {
        let own = std::env::current_exe().expect("the path of this program");
        own.to_string_lossy().into_owned()
    }

    /// Its arguments.
    pub fn args(&self) -> Vec<String> {
        ["--exact", self.test, "--nocapture"]
            .map(str::to_owned)
            .to_vec()
    }

    /// What its environment must hold.
    pub fn env(&self) -> BTreeMap<String, String> {
        let script = serde_json::to_string(&self.script).expect("a script");
        let record = self.record().to_string_lossy().into_owned();
        [(SCRIPT.to_owned(), script), (RECORD.to_owned(), record)].into()
    }

    /// Every message it was sent with this method, by all processes started so far.
    pub fn seen(&self, method: &str) -> Vec<Seen> {
        std::fs::read_to_string(self.record())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| serde_json::from_str::<Seen>(line).ok())
            .filter(|seen| seen.method == method)
            .collect()
    }

    /// Waits for the first message with this method.
    pub async fn wait_seen(&self, method: &str) -> Seen {
        wait_for(method, || self.seen(method).into_iter().next()).await
    }

    /// The process that [`Script::forks`] started, once it is there.
    pub async fn wait_grandchild(&self) -> i32 {
        let path = self.record().with_extension("grandchild");
        wait_for("a grandchild", || {
            std::fs::read_to_string(&path).ok()?.parse().ok()
        })
        .await
    }

    fn record(&self) -> PathBuf {
        self.folder.path().join("seen")
    }
}

impl std::fmt::Debug for StdioPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StdioPeer({})", self.test)
    }
}

/// In a process started as a peer: serves, and ends the process. Anywhere else: nothing.
pub fn run_if_asked() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment is how a child process learns what it is to be"
    )]
    let (script, record) = (std::env::var(SCRIPT), std::env::var(RECORD));
    let (Ok(script), Ok(record)) = (script, record) else {
        return;
    };
    let script: Script = serde_json::from_str(&script).expect("a script");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(serve(script, record.into()));
    std::process::exit(0);
}

async fn serve(script: Script, record: PathBuf) {
    let peer = Peer::new(script);
    let (out, mut messages) = mpsc::unbounded_channel::<Vec<u8>>();
    if peer.script.era == Era::Legacy {
        peer.listeners.lock().push(Listener {
            out: out.clone(),
            subscription: None,
            filter: Value::Null,
        });
    }
    if peer.script.forks {
        #[expect(clippy::zombie_processes, reason = "it is to be left behind")]
        let grandchild = std::process::Command::new("/bin/sleep")
            .arg("600")
            .stdin(std::process::Stdio::null())
            .spawn()
            .expect("a grandchild");
        eprintln!("grandchild {}", grandchild.id());
        std::fs::write(
            record.with_extension("grandchild"),
            grandchild.id().to_string(),
        )
        .expect("a file");
    }
    let noisy = peer.script.noisy;
    let tasks = tokio_util::task::TaskTracker::new();
    tasks.spawn(async move {
        let mut stdout = tokio::io::stdout();
        // The test harness has begun a line.
        let _ = stdout.write_all(b"\n").await;
        while let Some(mut message) = messages.recv().await {
            if message.is_empty() {
                std::process::exit(3);
            }
            if noisy {
                let _ = stdout
                    .write_all(b"Listening on port 1!\n{\"not\": \"a message\"}\n\xff\xfe\n\n[]\n")
                    .await;
            }
            message.push(b'\n');
            if stdout.write_all(&message).await.is_err() || stdout.flush().await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut initialized = peer.script.era == Era::Modern;
    while let Ok(Some(line)) = lines.next_line().await {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        note(&peer, &record, &line);
        if message.get("method").is_none() {
            peer.answered(&message);
            continue;
        }
        if message["method"] == "notifications/initialized" && peer.script.asks_roots {
            super::asks::roots(&peer, &out);
        }
        if message.get("id").is_none() || peer.script.mute {
            continue;
        }
        if message["method"] == "initialize" {
            initialized = true;
        }
        if !initialized {
            if peer.script.touchy {
                eprintln!("fatal: received a request before initialization");
                std::process::exit(2);
            }
            if peer.script.silent {
                continue;
            }
        }
        tasks.spawn(answer(Arc::clone(&peer), line, out.clone()));
    }
    if peer.script.stays {
        std::future::pending::<()>().await;
    }
}

fn note(peer: &Peer, record: &PathBuf, line: &str) {
    peer.record(line, BTreeMap::new());
    let Some(seen) = peer.seen.lock().pop() else {
        return;
    };
    let text = serde_json::to_string(&seen).expect("a record");
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(record)
        .expect("the record");
    writeln!(file, "{text}").expect("the record");
}
