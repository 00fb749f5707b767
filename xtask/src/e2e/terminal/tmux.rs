//! A terminal that can be typed into and looked at.

use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::process::{self, Show, Stopwatch};

/// How long anything may take to be seen.
const LIMIT: Duration = Duration::from_secs(40);

/// A tmux server of its own with one window.
pub(super) struct Tmux {
    name: String,
}

impl Tmux {
    /// A terminal of that size, with a shell command in it that is followed by a prompt.
    pub(super) fn start(command: &str, columns: u16, rows: u16) -> Result<Self, Failure> {
        let name = format!("keyway-e2e-{}-{columns}x{rows}", std::process::id());
        let tmux = Self { name };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let size = ["-x", columns.as_str(), "-y", rows.as_str()];
        let shell = format!("{command}; echo \"ended with $?\"; exec cat");
        let start = ["-f", "/dev/null", "new-session", "-d"];
        tmux.run(&[&start[..], &size[..], &[shell.as_str()]].concat())?;
        Ok(tmux)
    }

    fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.name]).args(arguments);
        let finished = process::run(&mut command, Show::Nothing)?;
        if finished.success {
            Ok(finished.output)
        } else {
            Err(format!("tmux {}: {}", arguments.join(" "), finished.output).into())
        }
    }

    /// Types a text as it is.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        self.run(&["send-keys", "-l", text]).map(drop)
    }

    /// Presses a key by tmux's name of it.
    pub(super) fn press(&self, key: &str) -> Result<(), Failure> {
        self.run(&["send-keys", key]).map(drop)
    }

    /// Types a line and sends it.
    pub(super) fn enter(&self, text: &str) -> Result<(), Failure> {
        self.write(text)?;
        self.press("Enter")
    }

    /// What is seen.
    pub(super) fn screen(&self) -> Result<String, Failure> {
        let screen = self.run(&["capture-pane", "-p"])?;
        Ok(screen.trim_end().to_owned())
    }

    /// Waits until a text is seen, and nothing moves any more.
    pub(super) fn wait(&self, text: &str) -> Result<String, Failure> {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until a text is seen, while everything may move.
    pub(super) fn wait_until_seen(&self, text: &str) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        while !self.screen()?.contains(text) {
            if watch.elapsed() > LIMIT {
                return Err(format!("waited in vain for {text:?}:\n{}", self.screen()?).into());
            }
            thread::sleep(Duration::from_millis(60));
        }
        Ok(())
    }

    /// Waits until a text is not seen any more, and nothing moves.
    pub(super) fn wait_gone(&self, text: &str) -> Result<String, Failure> {
        self.wait_until(text, |screen| !screen.contains(text))
    }

    fn wait_until(&self, what: &str, is: impl Fn(&str) -> bool) -> Result<String, Failure> {
        let watch = Stopwatch::start();
        let mut before = String::new();
        loop {
            let screen = self.screen()?;
            if is(&screen) && screen == before {
                return Ok(screen);
            }
            if watch.elapsed() > LIMIT {
                return Err(format!("waited in vain for {what:?}:\n{screen}").into());
            }
            before = screen;
            thread::sleep(Duration::from_millis(60));
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.run(&["kill-server"]);
    }
}
