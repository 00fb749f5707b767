use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::Clock;
use parking_lot::Mutex;

use super::allow::AllowList;
use super::file::{FileProblem, Lock, read_checked, replace};
use super::records::{Record, Records};
use super::target::{Target, ToolKey, pretty};
use crate::person::{Decision, DefinitionChange};

/// What people have said about calls of tools: on disk (`approvals.json`) what holds always, in
/// memory what holds for this process, and the allow list.
///
/// An answer holds for one tool of one server at one address with one definition. When any of them
/// is another one, it does not count. The file is read anew for each question and written under a
/// lock, so that processes see and keep each other's answers. A file that cannot be used remembers
/// nothing, and is never written over.
pub struct Approvals {
    file: PathBuf,
    allow: AllowList,
    clock: Arc<dyn Clock>,
    session: Mutex<HashMap<ToolKey, Seen>>,
}

/// What was approved in this process.
struct Seen {
    hash: String,
    definition: String,
    /// True when further calls need no question.
    stands: bool,
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Without a question.
    Allowed,
    /// The person has to be asked.
    Ask {
        /// What the definition said when it was approved, where it says something else now.
        changed: Option<DefinitionChange>,
        /// Why what is on disk does not count, if so.
        warning: Option<String>,
    },
}

/// An answer that holds always.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Remembered {
    /// Its short name, to revoke it by.
    pub id: String,
    /// The tool it is about.
    #[serde(flatten)]
    pub key: ToolKey,
    /// SHA-256 of the definition that was approved.
    pub hash: String,
    /// When it was given.
    pub at: Timestamp,
}

/// Why an answer could not be remembered, listed or revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct ApprovalsError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: FileProblem,
}

impl Approvals {
    /// Answers kept in `approvals.json` of the person's folder.
    pub fn new(home: &Path, allow: AllowList, clock: Arc<dyn Clock>) -> Self {
        Self {
            file: home.join("approvals.json"),
            allow,
            clock,
            session: Mutex::default(),
        }
    }

    /// Whether this tool, as it is defined now, may be called. Reads the file.
    pub fn standing(&self, target: &Target) -> Standing {
        let key = &target.key;
        if self.allow.admits(&key.profile, &key.server, &key.tool) {
            return Standing::Allowed;
        }
        let mut before = None;
        if let Some(seen) = self.session.lock().get(key) {
            if seen.hash != target.hash {
                before = Some(pretty(&seen.definition));
            } else if seen.stands {
                return Standing::Allowed;
            }
        }
        let mut warning = None;
        match self.read() {
            Ok(records) => match records.of(key) {
                Some(record) if record.hash != target.hash => {
                    before = before.or_else(|| Some(pretty(&record.definition)));
                }
                Some(record) if record.always => return Standing::Allowed,
                _ => {}
            },
            Err(error) => warning = Some(format!("nothing that was approved counts: {error}")),
        }
        let changed = before.map(|before| DefinitionChange {
            before,
            after: target.shown(),
        });
        Standing::Ask { changed, warning }
    }

    /// Keeps what the person said. Blocks while other processes write. An error means that the
    /// answer holds in this process only.
    pub fn record(&self, target: &Target, decision: &Decision) -> Result<(), ApprovalsError> {
        let (stands, always) = match decision {
            Decision::Once => (false, false),
            Decision::Session => (true, false),
            Decision::Always => (true, true),
            Decision::Deny { .. } => return Ok(()),
        };
        let seen = Seen {
            hash: target.hash.clone(),
            definition: target.kept().to_owned(),
            // What holds always is read from the file, where it can be revoked.
            stands: stands && !always,
        };
        self.session.lock().insert(target.key.clone(), seen);
        let now = self.clock.now();
        let written = self.change(|records| match records.of(&target.key) {
            Some(record) if record.hash == target.hash && (record.always || !always) => false,
            _ => {
                records.note(target, always, now);
                true
            }
        });
        if written.is_err()
            && always
            && let Some(seen) = self.session.lock().get_mut(&target.key)
        {
            seen.stands = true;
        }
        written.map(drop)
    }

    /// The answers that hold always, by server and tool.
    pub fn remembered(&self) -> Result<Vec<Remembered>, ApprovalsError> {
        let records = self.read()?;
        let lasting = records.answers.into_iter().filter(|record| record.always);
        let mut lasting: Vec<_> = lasting.map(Remembered::from).collect();
        lasting.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(lasting)
    }

    /// Takes an answer back. `None` when there is none with this id.
    pub fn revoke(&self, id: &str) -> Result<Option<Remembered>, ApprovalsError> {
        let mut revoked = None;
        self.change(|records| {
            records.answers.retain(|record| {
                let goes = record.always && record.key.id() == id;
                if goes {
                    revoked = Some(Remembered::from(record.clone()));
                }
                !goes
            });
            revoked.is_some()
        })?;
        if let Some(revoked) = &revoked {
            self.session.lock().remove(&revoked.key);
        }
        Ok(revoked)
    }

    /// Takes every answer back; how many there were. A file that cannot be understood is moved out
    /// of the way.
    pub fn revoke_all(&self) -> Result<usize, ApprovalsError> {
        self.session.lock().clear();
        let mut count = 0;
        let changed = self.change(|records| {
            count = records.answers.iter().filter(|one| one.always).count();
            records.answers.clear();
            true
        });
        match changed {
            Err(ApprovalsError {
                problem: FileProblem::Unreadable | FileProblem::TooLarge,
                ..
            }) => {
                let aside = self.file.with_extension("json.unusable");
                std::fs::rename(&self.file, aside).map_err(|error| self.failed(error.into()))?;
                Ok(0)
            }
            changed => changed.map(|_| count),
        }
    }

    fn read(&self) -> Result<Records, ApprovalsError> {
        let text = read_checked(&self.file).map_err(|problem| self.failed(problem))?;
        let Some(text) = text else {
            return Ok(Records::default());
        };
        Records::read(&text).map_err(|problem| self.failed(problem))
    }

    /// Changes what is on disk; writes it when `change` says that something is different.
    fn change(&self, change: impl FnOnce(&mut Records) -> bool) -> Result<bool, ApprovalsError> {
        let _lock = Lock::take(&self.file).map_err(|problem| self.failed(problem))?;
        let mut records = self.read()?;
        let different = change(&mut records);
        if different {
            replace(&self.file, &records.write()).map_err(|problem| self.failed(problem))?;
        }
        Ok(different)
    }

    fn failed(&self, problem: FileProblem) -> ApprovalsError {
        ApprovalsError {
            file: self.file.clone(),
            problem,
        }
    }
}

impl std::fmt::Debug for Approvals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Approvals({})", self.file.display())
    }
}

impl From<Record> for Remembered {
    fn from(record: Record) -> Self {
        Self {
            id: record.key.id(),
            key: record.key,
            hash: record.hash,
            at: record.at,
        }
    }
}
