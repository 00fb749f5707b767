use std::str::FromStr;

use jiff::Timestamp;
use keyway_core::SessionId;

use crate::{StoreError, store};

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnEnd {
    /// The model had nothing more to say.
    Finished,
    /// It was stopped.
    Interrupted,
    /// Its budget was used up.
    Budget,
    /// Something went wrong.
    Failed,
}

impl TurnEnd {
    const ALL: [Self; 4] = [
        Self::Finished,
        Self::Interrupted,
        Self::Budget,
        Self::Failed,
    ];

    /// The end as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Budget => "budget",
            Self::Failed => "failed",
        }
    }
}

/// A text names no end of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of finished, interrupted, budget, failed")]
pub struct UnknownTurnEnd;

impl FromStr for TurnEnd {
    type Err = UnknownTurnEnd;

    fn from_str(text: &str) -> Result<Self, UnknownTurnEnd> {
        let mut all = Self::ALL.into_iter();
        all.find(|end| end.as_str() == text).ok_or(UnknownTurnEnd)
    }
}

/// A session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its place in the order of beginning.
    pub seq: i64,
    /// Its id.
    pub id: SessionId,
    /// The agent's slug.
    pub agent: String,
    /// Whose it is, by id.
    pub actor: String,
    /// How it began, in a line.
    pub title: String,
    /// What it is elsewhere, if it began there.
    pub external_key: Option<String>,
    /// How the last turn ended, where one did.
    pub last_end: Option<TurnEnd>,
    /// The code of what went wrong in it.
    pub last_error: Option<String>,
    /// How many turns ended.
    pub turns: u64,
    /// Tokens read by models.
    pub input_tokens: u64,
    /// Tokens written by models.
    pub output_tokens: u64,
    /// Their price in millionths of a US dollar, as far as it is known.
    pub cost_micros: u64,
    /// What whoever asked last was given to do.
    pub scopes: String,
    /// Until when somebody holds it for a turn.
    pub lease_until: Option<Timestamp>,
    /// When it was archived.
    pub archived_at: Option<Timestamp>,
    /// How many messages wait to be said in it.
    pub queued: u64,
    /// Whether a message is about to be said, or its turn just ended.
    pub at_hand: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When something last happened to it.
    pub updated_at: Timestamp,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "seq, id, agent, actor, title, external_key, last_end, last_error, \
     turns, input_tokens, output_tokens, cost_micros, scopes, lease_until, archived_at, created_at, \
     updated_at, (SELECT count(*) FROM jobs j WHERE j.organization_id = sessions.organization_id \
     AND j.ordering_key = 'turn/' || sessions.id AND j.state = 'queued') AS queued, \
     EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = sessions.organization_id \
     AND j.ordering_key = 'turn/' || sessions.id AND j.state = 'running') AS at_hand";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    agent: String,
    actor: String,
    title: String,
    external_key: Option<String>,
    last_end: Option<String>,
    last_error: Option<String>,
    turns: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
    scopes: String,
    lease_until: Option<i64>,
    archived_at: Option<i64>,
    queued: i64,
    at_hand: bool,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    pub(super) fn read(self) -> Result<Session, StoreError> {
        let count = |number: i64| u64::try_from(number).map_err(|_| store::damaged());
        let end = self.last_end.map(|end| end.parse());
        Ok(Session {
            seq: self.seq,
            id: store::id(&self.id)?,
            agent: self.agent,
            actor: self.actor,
            title: self.title,
            external_key: self.external_key,
            last_end: end
                .transpose()
                .map_err(|_: UnknownTurnEnd| store::damaged())?,
            last_error: self.last_error,
            turns: count(self.turns)?,
            input_tokens: count(self.input_tokens)?,
            output_tokens: count(self.output_tokens)?,
            cost_micros: count(self.cost_micros)?,
            scopes: self.scopes,
            lease_until: self.lease_until.map(store::moment).transpose()?,
            archived_at: self.archived_at.map(store::moment).transpose()?,
            queued: count(self.queued)?,
            at_hand: self.at_hand,
            created_at: store::moment(self.created_at)?,
            updated_at: store::moment(self.updated_at)?,
        })
    }
}
