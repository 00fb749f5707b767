use std::path::PathBuf;

use keyway_app::definitions::Difference;
use keyway_app::{App, Definitions};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::definitions::{Basis, Defining};
use super::hangup::Hangups;
use super::servers::Servers;
use super::{Opened, Reload, Reloaded, ServeError};
use crate::config::{Config, Finding, Loaded, all_keys};
use crate::servers::Looks;

/// The keys that are taken over while a gateway runs.
const TAKEN: &[&str] = &[
    "mcp_files",
    "definitions",
    "expose.default",
    "mcp.markdown_depth_limit",
];

/// How much longer than a look itself the pause behind it is, at the least.
const CALM: u32 = 20;

/// Reads the configuration again when one of its files changes, and on SIGHUP.
pub(super) struct Watch {
    reload: Reload,
    servers: Servers,
    app: App,
    defining: Defining,
    /// What the gateway was started with, and runs with but for its servers and definitions.
    config: Config,
    /// What the definitions in force were made of.
    basis: Basis,
    files: Vec<PathBuf>,
    folder: PathBuf,
    /// What was said last, so that it is not said again.
    said: Vec<Finding>,
    /// What was read last is not in force.
    refused: bool,
    hangups: Hangups,
}

/// What was read, and the definitions made of it where they are others than before.
struct Read {
    loaded: Result<Loaded, Vec<Finding>>,
    made: Option<Result<Definitions, Vec<String>>>,
}

impl Watch {
    pub(super) fn new(
        reload: Reload,
        servers: Servers,
        opened: &Opened,
        config: Config,
        said: Vec<Finding>,
    ) -> Self {
        Self {
            files: reload.files(&config),
            folder: config.definitions.folder.clone(),
            basis: Basis::of(&config),
            app: opened.app.clone(),
            defining: opened.defining.clone(),
            reload,
            servers,
            config,
            said,
            refused: false,
            hangups: Hangups::listen(),
        }
    }

    /// Watches until it is told to end.
    pub(super) async fn run(mut self, tasks: TaskTracker, ending: CancellationToken) {
        let mut looks = Looks::default();
        let mut pause = self.reload.pace();
        // Somebody told to read, and nothing whole was read since.
        let mut asked = false;
        loop {
            tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                () = self.hangups.next() => {
                    tracing::info!("told to read the configuration again");
                    asked = true;
                }
            }
            let (files, folder, began) = (self.files.clone(), self.folder.clone(), Instant::now());
            let looked = tasks.spawn_blocking(move || {
                let mut files = files;
                files.extend(crate::config::definition_files(&folder));
                let changed = looks.changed(&files);
                (looks, changed, files)
            });
            let Ok(looked) = looked.await else {
                return;
            };
            let (changed, looked_at);
            (looks, changed, looked_at) = looked;
            pause = self.reload.pace().max(began.elapsed() * CALM);
            if asked || changed {
                let (reload, defining) = (self.reload.clone(), self.defining.clone());
                let basis = self.basis.clone();
                let reading = tasks.spawn_blocking(move || {
                    let read = read(&reload, &defining, &basis);
                    let whole = looks.rest(&looked_at);
                    (looks, read, whole)
                });
                let Ok(done) = reading.await else {
                    return;
                };
                let (read, whole);
                (looks, read, whole) = done;
                // Something was being saved meanwhile: it is read once it is whole.
                if !whole {
                    continue;
                }
                asked = false;
                let before = (self.files.clone(), self.folder.clone());
                self.take(read, &tasks).await;
                // Files that were not watched before are looked at anew.
                if before == (self.files.clone(), self.folder.clone()) {
                    looks.took();
                } else {
                    looks.others();
                }
            }
        }
    }

    async fn take(&mut self, read: Read, tasks: &TaskTracker) {
        let Read { loaded, made } = read;
        let loaded = match (loaded, made) {
            (Err(findings), _) => return self.refuse(findings, Vec::new()),
            (Ok(loaded), Some(Err(clashes))) => {
                return self.refuse(loaded.findings, clashes);
            }
            (Ok(loaded), Some(Ok(definitions))) => {
                let app = self.app.clone();
                let defining = tasks.spawn_blocking(move || app.define(definitions));
                if let Ok(difference) = defining.await {
                    self.basis = Basis::of(&loaded.config);
                    self.reload.tell(&self.app, &Reloaded::Taken(difference));
                }
                loaded
            }
            (Ok(loaded), None) => {
                if self.refused {
                    let same = Reloaded::Taken(Difference::default());
                    self.reload.tell(&self.app, &same);
                }
                loaded
            }
        };
        self.refused = false;
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
        self.files = self.reload.files(&loaded.config);
        self.folder = loaded.config.definitions.folder;
    }

    /// Keeps everything as it is.
    fn refuse(&mut self, findings: Vec<Finding>, clashes: Vec<String>) {
        self.servers.keep(self.reload.file(), &findings);
        if self.said == findings && clashes.is_empty() {
            return;
        }
        self.refused = true;
        self.said.clone_from(&findings);
        let refused = Reloaded::Refused { findings, clashes };
        self.reload.tell(&self.app, &refused);
    }

    /// Says what was not said the last time.
    fn say(&mut self, findings: Vec<Finding>) {
        for finding in findings
            .iter()
            .filter(|finding| !self.said.contains(finding))
        {
            super::start::remark(finding);
        }
        self.said = findings;
    }

    /// Tells which keys are not as they were at the start.
    fn compare(&self, now: &Config) {
        let differs = |config: &Config| -> Vec<&str> {
            all_keys()
                .filter(|key| !TAKEN.contains(&key.path) && (key.get)(config) != (key.get)(now))
                .map(|key| key.path)
                .collect()
        };
        let keys = differs(&self.config);
        if !keys.is_empty() {
            tracing::warn!(?keys, "these keys changed: a restart is needed for them");
        }
    }
}

fn read(reload: &Reload, defining: &Defining, basis: &Basis) -> Read {
    let loaded = reload.read();
    let made = loaded.as_ref().ok().and_then(|loaded| {
        let other = Basis::of(&loaded.config) != *basis;
        other.then(|| defining.definitions(&loaded.config))
    });
    Read {
        made: made.map(|made| made.map_err(ServeError::told_apart)),
        loaded,
    }
}
