use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file::FileProblem;
use super::fingerprint::digest;
use super::target::{Target, ToolKey};

/// The form of `approvals.json` that is written here.
const VERSION: u32 = 1;

/// The most tools that are remembered without an answer that lasts.
const MOST_SEEN: usize = 1_000;

/// What is on disk: for every tool that was ever approved, what its definition said.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Records {
    version: u32,
    pub(super) answers: Vec<Record>,
}

/// What is remembered of one tool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    #[serde(flatten)]
    pub(super) key: ToolKey,
    /// SHA-256 of the definition that was approved.
    pub(super) hash: String,
    /// That definition; empty if it was too long.
    pub(super) definition: String,
    /// True when calls need no further question as long as the definition is this one.
    pub(super) always: bool,
    /// When.
    pub(super) at: Timestamp,
}

impl Records {
    /// Reads what was written by [`Records::write`].
    pub(super) fn read(text: &str) -> Result<Self, FileProblem> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|_| FileProblem::Unreadable)?;
        if head.version > VERSION {
            return Err(FileProblem::Newer);
        }
        let records: Self = serde_json::from_str(text).map_err(|_| FileProblem::Unreadable)?;
        let fits = |record: &Record| {
            record.definition.is_empty() || digest(&record.definition) == record.hash
        };
        if records.answers.iter().all(fits) {
            Ok(records)
        } else {
            Err(FileProblem::Unreadable)
        }
    }

    /// As the text of the file.
    pub(super) fn write(&mut self) -> String {
        self.version = VERSION;
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is remembered of a tool.
    pub(super) fn of(&self, key: &ToolKey) -> Option<&Record> {
        self.answers.iter().find(|record| record.key == *key)
    }

    /// Notes that a tool was approved as it is now.
    pub(super) fn note(&mut self, target: &Target, always: bool, at: Timestamp) {
        self.answers.retain(|record| record.key != target.key);
        self.answers.push(Record {
            key: target.key.clone(),
            hash: target.hash.clone(),
            definition: target.kept().to_owned(),
            always,
            at,
        });
        let seen = self.answers.iter().filter(|record| !record.always).count();
        let mut surplus = seen.saturating_sub(MOST_SEEN);
        self.answers.retain(|record| {
            let goes = surplus > 0 && !record.always;
            surplus -= usize::from(goes);
            !goes
        });
    }
}
