use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tools::{ToolCall, ToolOutcome};

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub seq: u64,
    /// When it was written.
    pub at: jiff::Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happens in a session. Everything a run can be rebuilt from, and nothing that passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The session began.
    SessionStarted {
        /// The session's id (`sess_…`).
        session: String,
        /// The agent's slug.
        agent: String,
        /// `vendor/model`
        model: String,
        /// The system prompt without what tools add.
        system: String,
    },
    /// From here on another model answers.
    ModelChanged {
        /// `vendor/model`
        model: String,
    },
    /// The person wrote.
    UserMessage {
        /// The text, attachments included.
        text: String,
    },
    /// The model answered.
    AssistantMessage {
        /// The text; may be empty beside calls.
        text: String,
        /// What it wants called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        calls: Vec<ToolCall>,
        /// What it cost.
        usage: Usage,
        /// True when the answer ended before its end: the text is as far as it got.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cut: bool,
        /// What the model's vendor wants to get back unchanged with this answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carry: Option<Value>,
    },
    /// A call began.
    ToolStarted {
        /// The call's id.
        id: String,
        /// The tool.
        name: String,
    },
    /// A call ended.
    ToolFinished {
        /// The call's id.
        id: String,
        /// What it came to.
        outcome: ToolOutcome,
        /// How long it took, approvals included, in milliseconds.
        millis: u64,
    },
    /// A turn ended: it is the person's again.
    TurnEnded {
        /// Why.
        reason: StopReason,
        /// What the turn cost in all.
        usage: Usage,
    },
}

/// Why a turn ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopReason {
    /// The model had nothing more to say.
    Finished,
    /// The person interrupted.
    Interrupted,
    /// A budget was used up, and which one.
    Budget {
        /// `rounds`, `tokens`, `time` or `cost`.
        which: String,
    },
    /// The model could not be used.
    Failed {
        /// A stable code.
        code: String,
        /// In words, with what to do.
        message: String,
    },
}

/// Tokens of one or more exchanges with a model, and their price where it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens the model read.
    pub input_tokens: u64,
    /// Tokens the model wrote.
    pub output_tokens: u64,
    /// Price of both, in millionths of a US dollar; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<u64>,
}

impl Usage {
    /// Tokens in all.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Both together. The price is known as far as one of them is.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_micros: match (self.cost_micros, other.cost_micros) {
                (None, None) => None,
                (one, two) => Some(one.unwrap_or(0).saturating_add(two.unwrap_or(0))),
            },
        }
    }
}
