use jiff::Timestamp;
use keyway_core::{JobId, SessionId};
use keyway_store::{Session, SessionEvent};
use serde_json::Value;

use super::SessionOrigin;

/// An agent, as those see it who may use it. Its prompt is not shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    /// Its slug.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Which model answers: `vendor/model`.
    pub model: String,
    /// What it may use, as it was defined; it gets of it what whoever asks may use.
    pub tools: Vec<String>,
    /// What one turn may use.
    pub budget: BudgetView,
    /// The schema of its last word, if that is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
}

/// What one turn may use.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetView {
    /// The most times the model is asked.
    pub rounds: u32,
    /// The most tokens, read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// The most time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<u64>,
    /// The most money, in millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<u64>,
}

/// Something an agent said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MessageView {
    /// `assistant`.
    pub role: &'static str,
    /// The text.
    pub text: String,
}

/// Why a turn did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TurnError {
    /// A stable code.
    pub code: String,
    /// In words.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What turns took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Tokens models read.
    pub input_tokens: u64,
    /// Tokens models wrote.
    pub output_tokens: u64,
    /// Their price in millionths of a US dollar, as far as it is known.
    pub cost_micros: u64,
}

/// A session, as those see it who may.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// The agent's slug.
    pub agent: String,
    /// Whose it is, by id.
    pub actor: String,
    /// How it began, in a line.
    pub title: String,
    /// `running` while the agent answers; else how the last turn ended: `finished`, `interrupted`,
    /// `budget` or `failed`; `idle` before the first one ended.
    pub status: &'static str,
    /// The code of what went wrong in the last turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How many messages wait to be said.
    pub queued: u64,
    /// How many turns ended.
    pub turns: u64,
    /// What they took.
    pub usage: Usage,
    /// When it began.
    pub created_at: Timestamp,
    /// When something last happened to it.
    pub updated_at: Timestamp,
    /// When it was archived; nothing more is said in it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Where it came from, where one session is shown that a publication began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<SessionOrigin>,
}

/// A message that waits to be said.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingView {
    /// The job that says it.
    pub message: JobId,
    /// What is said.
    pub text: String,
    /// Since when it waits.
    pub queued_at: Timestamp,
}

/// Something that happened in a session.
#[derive(Debug, Clone, serde::Serialize)]
pub struct EventView(Value);

/// Some sessions, the last begun first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionPage {
    /// The sessions.
    pub sessions: Vec<SessionView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl SessionView {
    /// A session as it is at a moment: a lease that ran out is one of a turn that was cut off.
    pub(super) fn at(session: Session, now: Timestamp) -> Self {
        let status = match (session.lease_until, session.last_end) {
            (Some(until), _) if until > now => "running",
            _ if session.at_hand => "running",
            (Some(_), _) => "interrupted",
            (None, Some(end)) => end.as_str(),
            (None, None) => "idle",
        };
        let title = if session.title.is_empty() {
            session.agent.clone()
        } else {
            session.title
        };
        Self {
            id: session.id,
            agent: session.agent,
            actor: session.actor,
            title,
            status,
            queued: session.queued,
            last_error: session.last_error,
            turns: session.turns,
            usage: Usage {
                input_tokens: session.input_tokens,
                output_tokens: session.output_tokens,
                cost_micros: session.cost_micros,
            },
            created_at: session.created_at,
            updated_at: session.updated_at,
            archived_at: session.archived_at,
            origin: None,
        }
    }
}

impl EventView {
    /// The event, without what is only for the agent's model.
    pub(super) fn of(event: &SessionEvent) -> Self {
        let mut value: Value = serde_json::from_str(&event.payload).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            for hidden in ["system", "carry"] {
                fields.remove(hidden);
            }
        }
        Self(value)
    }

    /// Its place in the session.
    pub fn seq(&self) -> u64 {
        self.0
            .get("seq")
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// The event as JSON.
    pub fn value(&self) -> &Value {
        &self.0
    }
}
