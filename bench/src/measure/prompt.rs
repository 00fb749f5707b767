//! The chat: from its start to where a person can type.

use std::fs::File;
use std::io::Read as _;
use std::process::{Child, Command};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::json;
use tokio::time::Instant;

use super::fleet::{child, write_private};
use super::median;
use crate::Failure;
use crate::report::Figure;

/// How many servers there are; all of them are still connecting when the prompt is there.
const SERVERS: usize = 20;

/// What the empty line of the chat shows.
const PROMPT: &[u8] = b"Ask something";

/// The chat with many servers.
pub(super) fn run(rounds: usize) -> Result<Vec<Figure>, Failure> {
    eprintln!("starting the chat");
    let times: Result<Vec<_>, _> = (0..rounds).map(|_| prompt()).collect();
    let name = format!("`keyway chat` with {SERVERS} servers, to its first prompt");
    Ok(vec![Figure::at_most(&name, median(times?), "ms", 150.0)])
}

/// Milliseconds from the start of `keyway chat` to its prompt, on a terminal of its own.
fn prompt() -> Result<f64, Failure> {
    let home = tempfile::tempdir()?;
    let entry = child()?;
    let entries: serde_json::Map<_, _> = (0..SERVERS)
        .map(|number| (format!("server-{number:02}"), entry.clone()))
        .collect();
    let servers = json!({ "servers": entries });
    write_private(&home.path().join("mcp.json"), &servers)?;
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY;
    let theirs = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty())?);
    let size = Winsize {
        ws_row: 30,
        ws_col: 100,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&theirs, size)?;
    let own = std::env::current_exe()?;
    let begin = Instant::now();
    let child = Command::new(own)
        .args(["serve", "keyway", "chat", "--model", "ollama/none"])
        .current_dir(home.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .env("KEYWAY_HOME", home.path())
        .env("KEYWAY_GRANTS", "file")
        .stdin(theirs.try_clone()?)
        .stdout(theirs.try_clone()?)
        .stderr(theirs)
        .spawn()?;
    let _chat = Chat(child);
    let mut screen = File::from(ours);
    let (mut shown, mut bytes) = (Vec::new(), [0; 4096]);
    loop {
        // Reading fails once the chat is gone.
        let count = screen.read(&mut bytes).unwrap_or(0);
        shown.extend_from_slice(bytes.get(..count).unwrap_or_default());
        if memchr::memmem::find(&shown, PROMPT).is_some() {
            return Ok(begin.elapsed().as_secs_f64() * 1e3);
        }
        if count == 0 {
            return Err(String::from_utf8_lossy(&shown).into_owned().into());
        }
    }
}

/// Ends with this value.
struct Chat(Child);

impl Drop for Chat {
    fn drop(&mut self) {
        let id = i32::try_from(self.0.id()).ok();
        if let Some(id) = id.and_then(rustix::process::Pid::from_raw) {
            // In time to end the servers it started.
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}
