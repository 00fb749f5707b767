//! A person at a terminal: the program on a pty of its own, and someone who reads and types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::Failure;
use crate::process::Stopwatch;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A question that may come at any time, for servers ask when they like, and how it ends.
const FOLDERS: [&str; 2] = [
    "wants to know the folders you work in:",
    "[y] yes  [n] no: ",
];

/// A program on a terminal. Dropping it ends it and what it started.
pub(super) struct Person {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    seen: usize,
    agreed: usize,
}

impl Person {
    /// Starts a program.
    pub(super) fn at(command: &mut Command) -> Result<Self, Failure> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let theirs = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty())?);
        let child = command
            .stdin(theirs.try_clone()?)
            .stdout(theirs.try_clone()?)
            .stderr(theirs.try_clone()?)
            .process_group(0)
            .spawn()?;
        // The command keeps copies, which would hold the terminal open.
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let keyboard = File::from(ours);
        let mut reader = keyboard.try_clone()?;
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let text = String::from_utf8_lossy(bytes.get(..count).unwrap_or_default());
                let mut screen = shown.lock().unwrap_or_else(PoisonError::into_inner);
                screen.push_str(&text);
            }
        });
        Ok(Self {
            child,
            keyboard,
            screen,
            seen: 0,
            agreed: 0,
        })
    }

    /// Lets a server know the folders, once it asks.
    fn agree(&mut self) -> Result<(), Failure> {
        let screen = self.screen();
        let mut end = self.agreed;
        for part in FOLDERS {
            let rest = screen.get(end..).unwrap_or_default();
            let Some(at) = rest.find(part) else {
                return Ok(());
            };
            end += at + part.len();
        }
        self.agreed = end;
        self.keyboard.write_all(b"y\n")?;
        Ok(())
    }

    /// Waits until this is shown, after what was waited for before, and types a line.
    pub(super) fn answers(&mut self, question: &str, line: &str) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        loop {
            self.agree()?;
            let screen = self.screen();
            let rest = screen.get(self.seen..).unwrap_or_default();
            if let Some(at) = rest.find(question) {
                self.seen += at + question.len();
                self.keyboard.write_all(format!("{line}\n").as_bytes())?;
                return Ok(());
            }
            if watch.elapsed() > PATIENCE {
                return Err(format!("{question:?} is not shown:\n{screen}").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end: the exit code and everything that was shown.
    pub(super) fn ends(mut self) -> Result<(Option<i32>, String), Failure> {
        let watch = Stopwatch::start();
        loop {
            if let Some(status) = self.child.try_wait()? {
                thread::sleep(Duration::from_millis(100));
                return Ok((status.code(), self.screen()));
            }
            self.agree()?;
            if watch.elapsed() > PATIENCE {
                return Err(format!("it does not end:\n{}", self.screen()).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn screen(&self) -> String {
        let screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        screen.clone()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let id = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
