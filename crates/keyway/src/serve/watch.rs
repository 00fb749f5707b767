use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Reload;
use super::servers::Servers;
use crate::config::{Config, Finding, Loaded, all_keys};
use crate::servers::{Looks, PACE};

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
        let mut looks = Looks::default();
        loop {
            let asked = tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(PACE) => false,
                () = hung_up(&mut self.hangups) => true,
            };
            let files = self.files.clone();
            let looked = tasks.spawn_blocking(move || {
                let changed = looks.changed(&files);
                (looks, changed)
            });
            let Ok(looked) = looked.await else {
                return;
            };
            let changed;
            (looks, changed) = looked;
            if asked || changed {
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
                if before == self.files {
                    looks.took();
                } else {
                    looks.others();
                }
            }
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
            all_keys()
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
