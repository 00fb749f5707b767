use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use keyway_app::App;
use keyway_app::audit::{Event, EventKind, Who};
use keyway_app::definitions::Difference;

use crate::config::{Config, Finding, Loaded};
use crate::servers::PACE;

type Read = dyn Fn() -> Result<Loaded, Vec<Finding>> + Send + Sync;
type Tell = dyn Fn(&Reloaded) + Send + Sync;

/// How the configuration is read again while a gateway runs. Its definitions and its MCP servers are
/// taken over; everything else needs a restart.
#[derive(Clone)]
pub struct Reload {
    file: PathBuf,
    also: Vec<PathBuf>,
    pace: Duration,
    read: Arc<Read>,
    tell: Option<Arc<Tell>>,
}

/// What became of definitions that were read again.
#[derive(Debug)]
pub enum Reloaded {
    /// They are in force.
    Taken(Difference),
    /// They are not; those before stay.
    Refused {
        /// What is wrong.
        findings: Vec<Finding>,
        /// What cannot be served together.
        clashes: Vec<String>,
    },
}

impl Reload {
    /// `file` is watched, and so are the files of its `mcp_files` and its folder of definitions;
    /// `read` reads them all, and may block.
    pub fn new(
        file: PathBuf,
        read: impl Fn() -> Result<Loaded, Vec<Finding>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            file,
            also: Vec::new(),
            pace: PACE,
            read: Arc::new(read),
            tell: None,
        }
    }

    /// The same for a developer: another file is watched too, files are looked at every `pace`, and
    /// what became of a save goes to `tell` instead of the log.
    pub(crate) fn developing(
        mut self,
        also: PathBuf,
        pace: Duration,
        tell: impl Fn(&Reloaded) + Send + Sync + 'static,
    ) -> Self {
        self.also.push(also);
        self.pace = pace;
        self.tell = Some(Arc::new(tell));
        self
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn pace(&self) -> Duration {
        self.pace
    }

    /// The files that are looked at, but for those of the folder of definitions.
    pub(super) fn files(&self, config: &Config) -> Vec<PathBuf> {
        let mut files = vec![self.file.clone()];
        files.extend(self.also.iter().chain(&config.mcp_files).cloned());
        files
    }

    pub(super) fn read(&self) -> Result<Loaded, Vec<Finding>> {
        (self.read)()
    }

    /// Tells whoever develops, or else the log, and the audit log in any case.
    pub(super) fn tell(&self, app: &App, reloaded: &Reloaded) {
        app.audit().note(self.event(app, reloaded));
        match &self.tell {
            Some(tell) => tell(reloaded),
            None => reloaded.log(),
        }
    }

    fn event(&self, app: &App, reloaded: &Reloaded) -> Event {
        let kind = match reloaded {
            Reloaded::Taken(_) => EventKind::DefinitionsChanged,
            Reloaded::Refused { .. } => EventKind::DefinitionsRefused,
        };
        let event = Event::new(kind, Who::operator(app.local().organization()))
            .target("configuration", self.file.display().to_string());
        match reloaded {
            Reloaded::Taken(difference) => event
                .detail("gained", difference.gained.len())
                .detail("lost", difference.lost.len())
                .detail("changed", difference.changed.len()),
            Reloaded::Refused { findings, clashes } => {
                event.detail("faults", findings.len() + clashes.len())
            }
        }
    }
}

impl Reloaded {
    fn log(&self) {
        match self {
            Self::Taken(difference) => {
                let changed = difference.changed.iter();
                let changed: Vec<_> = changed.map(|one| one.name.as_str()).collect();
                let (gained, lost) = (&difference.gained, &difference.lost);
                tracing::info!(?gained, ?lost, ?changed, "definitions changed");
            }
            Self::Refused { findings, clashes } => {
                findings.iter().for_each(super::start::remark);
                for clash in clashes {
                    tracing::error!("{clash}");
                }
                tracing::error!(
                    "the configuration cannot be used; definitions and MCP servers stay as they were"
                );
            }
        }
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reload").field(&self.file).finish()
    }
}
