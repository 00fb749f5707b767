//! Running other programs: shown while they run, kept for reading, ended with everything they started.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// How a program ended, and everything it printed.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// Whether a program's output is printed while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    Live,
    Nothing,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command, show: Show) -> Result<Finished, Failure> {
    let mut running = Running::start(command, show)?;
    let status = running.child.wait()?;
    for reader in running.readers.drain(..) {
        reader.join().map_err(|_| "a reader thread panicked")?;
    }
    Ok(Finished {
        success: status.success(),
        output: running.output(),
    })
}

/// A program in its own process group. Dropping it ends the whole group.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    output: Arc<Mutex<String>>,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Running {
    /// Starts a program without standard input.
    pub(crate) fn start(command: &mut Command, show: Show) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start {name}: {error}"))?;
        let output = Arc::new(Mutex::new(String::new()));
        let stdout = child.stdout.take().map(|pipe| keep(pipe, &output, show));
        let stderr = child.stderr.take().map(|pipe| keep(pipe, &output, show));
        Ok(Self {
            child,
            output,
            readers: stdout.into_iter().chain(stderr).collect(),
        })
    }

    /// Everything printed so far, standard output and standard error mixed by line.
    pub(crate) fn output(&self) -> String {
        lock(&self.output).clone()
    }

    /// Waits until `find` finds something in what the program printed.
    ///
    /// Fails when the program ends first, or after the limit, with what was printed.
    pub(crate) fn wait_for<T>(
        &mut self,
        limit: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let clock = Stopwatch::start();
        loop {
            if let Some(found) = find(&lock(&self.output)) {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("it ended early ({status}):\n{}", self.output()).into());
            }
            if clock.elapsed() > limit {
                return Err(format!("it is not ready after {limit:?}:\n{}", self.output()).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks the program to end (SIGTERM) and waits; its exit code, or an error after the limit.
    pub(crate) fn terminate(&mut self, limit: Duration) -> Result<Option<i32>, Failure> {
        self.signal(rustix::process::Signal::TERM);
        let clock = Stopwatch::start();
        while clock.elapsed() < limit {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("it did not end within {limit:?} of being asked").into())
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            // The process may be gone already, which is what is wanted.
            let _ = rustix::process::kill_process(id, signal);
        }
    }
}

impl Drop for Running {
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

/// Measures how long a step takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a chore has no clock to take")]
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

fn keep(
    pipe: impl Read + Send + 'static,
    output: &Arc<Mutex<String>>,
    show: Show,
) -> thread::JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line);
            if show == Show::Live {
                print!("{text}");
            }
            lock(&output).push_str(&text);
            line.clear();
        }
    })
}

fn lock(output: &Mutex<String>) -> MutexGuard<'_, String> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}
