use std::str::FromStr;

use jiff::Timestamp;
use keyway_core::{JobId, json};

use crate::{StoreError, store};

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for its moment, or for someone to claim it.
    Queued,
    /// Someone holds it.
    Running,
    /// It was done.
    Done,
    /// It failed for good. It stays to be looked at, and can be queued again.
    Dead,
    /// Someone took it back.
    Cancelled,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The state as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A text names no state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of queued, running, done, dead, cancelled")]
pub struct UnknownState;

impl FromStr for JobState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let mut all = Self::ALL.into_iter();
        all.find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// A job as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its place in the order of queueing.
    pub seq: i64,
    /// Its id.
    pub id: JobId,
    /// What sort of work it is; a worker claims the kinds it knows.
    pub kind: String,
    /// What is done: for an action its slug.
    pub name: String,
    /// Of the jobs of one key only the first that has not ended runs.
    pub ordering_key: Option<String>,
    /// For whom, by id.
    pub actor: String,
    /// The scopes that who queued it had then, where they came with any.
    pub scopes: Option<String>,
    /// How far it is.
    pub state: JobState,
    /// From when on it may run.
    pub run_at: Timestamp,
    /// How often it was claimed.
    pub attempts: u32,
    /// After how many it is given up.
    pub max_attempts: u32,
    /// The code of the last failure.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "seq, id, kind, name, ordering_key, actor, state, run_at, attempts, \
     max_attempts, last_error, created_at, finished_at, asker";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    kind: String,
    name: String,
    ordering_key: Option<String>,
    actor: String,
    state: String,
    run_at: i64,
    attempts: i64,
    max_attempts: i64,
    last_error: Option<String>,
    created_at: i64,
    finished_at: Option<i64>,
    /// What is known of who asked, as JSON.
    pub(super) asker: String,
}

impl Row {
    pub(super) fn read(self) -> Result<Job, StoreError> {
        Ok(Job {
            seq: self.seq,
            id: store::id(&self.id)?,
            kind: self.kind,
            name: self.name,
            ordering_key: self.ordering_key,
            actor: self.actor,
            scopes: scopes(&self.asker),
            state: self.state.parse().map_err(|_| store::damaged())?,
            run_at: store::moment(self.run_at)?,
            attempts: u32::try_from(self.attempts).map_err(|_| store::damaged())?,
            max_attempts: u32::try_from(self.max_attempts).map_err(|_| store::damaged())?,
            last_error: self.last_error,
            created_at: store::moment(self.created_at)?,
            finished_at: self.finished_at.map(store::moment).transpose()?,
        })
    }
}

/// What who asked could do, where that was kept.
fn scopes(asker: &str) -> Option<String> {
    let scopes = json::member(asker, "scopes")?.value;
    let text = scopes.starts_with('"');
    text.then(|| json::unquote(scopes).into_owned())
}
