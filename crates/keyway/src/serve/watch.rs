use std::io::{self, IsTerminal as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Reload;
use super::servers::Servers;
use crate::config::{Config, Finding, KEYS, Loaded};

/// How often files are looked at. A file that changed is read once it was found unchanged since the
/// look before, so that one that is being written is not read half.
const PACE: Duration = Duration::from_millis(500);

/// Reads the configuration again when one of its files changes, and on SIGHUP.
pub(super) struct Watch {
    reload: Reload,
    servers: Servers,
    /// What the gateway was started with, and runs with but for its servers.
    config: Config,
    files: Vec<PathBuf>,
    /// What was said last, so that it is not said again.
    said: Vec<Finding>,
    hangups: Option<Signal>,
}

/// What tells one version of a file from another; `None` when it cannot be looked at.
type Stamp = Option<(u64, u64, u64, (i64, i64), (i64, i64))>;

impl Watch {
    pub(super) fn new(
        reload: Reload,
        servers: Servers,
        config: Config,
        said: Vec<Finding>,
    ) -> Self {
        Self {
            files: files(reload.file(), &config),
            reload,
            servers,
            config,
            said,
            hangups: hangups(),
        }
    }

    /// Watches until it is told to end.
    pub(super) async fn run(mut self, tasks: TaskTracker, ending: CancellationToken) {
        let mut taken: Option<Vec<Stamp>> = None;
        let mut last = Vec::new();
        loop {
            let asked = tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(PACE) => false,
                () = hung_up(&mut self.hangups) => true,
            };
            let files = self.files.clone();
            let Ok(seen) = tasks.spawn_blocking(move || stamps(&files)).await else {
                return;
            };
            let settled = taken.is_none() || seen == last;
            if asked || (settled && taken.as_ref() != Some(&seen)) {
                if asked {
                    tracing::info!("told to read the configuration again");
                }
                let reload = self.reload.clone();
                let Ok(read) = tasks.spawn_blocking(move || reload.read()).await else {
                    return;
                };
                let before = self.files.clone();
                self.take(read).await;
                // Files that were not watched before are looked at anew.
                taken = (before == self.files).then(|| seen.clone());
            }
            last = seen;
        }
    }

    async fn take(&mut self, read: Result<Loaded, Vec<Finding>>) {
        match read {
            Ok(loaded) => {
                let changes = self.servers.take(&loaded.config, &loaded.findings).await;
                if changes.any() {
                    tracing::info!(
                        added = ?changes.added,
                        changed = ?changes.changed,
                        removed = ?changes.removed,
                        "MCP servers changed"
                    );
                }
                self.say(loaded.findings);
                self.compare(&loaded.config);
                self.files = files(self.reload.file(), &loaded.config);
            }
            Err(findings) => {
                self.servers.keep(self.reload.file(), &findings);
                if self.say(findings) {
                    tracing::error!(
                        "the configuration cannot be used; the MCP servers stay as they were"
                    );
                }
            }
        }
    }

    /// Says what was not said the last time. True when there was anything.
    fn say(&mut self, findings: Vec<Finding>) -> bool {
        let mut any = false;
        for finding in findings
            .iter()
            .filter(|finding| !self.said.contains(finding))
        {
            super::start::remark(finding);
            any = true;
        }
        self.said = findings;
        any
    }

    /// Tells which keys are not as they were at the start.
    fn compare(&self, now: &Config) {
        let differs = |config: &Config| -> Vec<&str> {
            KEYS.iter()
                .filter(|key| key.path != "mcp_files" && (key.get)(config) != (key.get)(now))
                .map(|key| key.path)
                .collect()
        };
        let keys = differs(&self.config);
        if !keys.is_empty() {
            tracing::warn!(?keys, "these keys changed: a restart is needed for them");
        }
    }
}

fn files(file: &Path, config: &Config) -> Vec<PathBuf> {
    let mut files = vec![file.to_owned()];
    files.extend(config.mcp_files.iter().cloned());
    files
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &PathBuf| {
        let found = std::fs::metadata(file).ok()?;
        Some((
            found.dev(),
            found.ino(),
            found.len(),
            (found.mtime(), found.mtime_nsec()),
            (found.ctime(), found.ctime_nsec()),
        ))
    };
    files.iter().map(stamp).collect()
}

/// SIGHUP, unless a terminal is there: then it says that the terminal is gone, and ends the process.
fn hangups() -> Option<Signal> {
    if io::stdin().is_terminal() {
        return None;
    }
    match signal(SignalKind::hangup()) {
        Ok(hangups) => Some(hangups),
        Err(error) => {
            tracing::warn!(%error, "SIGHUP does not read the configuration again");
            None
        }
    }
}

async fn hung_up(hangups: &mut Option<Signal>) {
    if let Some(hangups) = hangups
        && hangups.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}
