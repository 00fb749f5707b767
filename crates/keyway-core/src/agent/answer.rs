use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::SessionId;

/// Something said to an agent, and in which session.
///
/// ```
/// use keyway_core::agent::AgentMessage;
///
/// let message = AgentMessage::from("Which invoices are open?");
/// assert_eq!(message.session, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentMessage {
    /// The text.
    pub text: String,
    /// The session that goes on by it; a new one when absent.
    pub session: Option<SessionId>,
}

impl AgentMessage {
    /// The same, in a session that was begun before.
    pub fn in_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }
}

impl<T: Into<String>> From<T> for AgentMessage {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            session: None,
        }
    }
}

/// What an agent answered.
///
/// ```
/// use keyway_core::agent::AgentAnswer;
///
/// let answer: AgentAnswer = serde_json::from_str(
///     r#"{"sessionId":"sess_01890a5d-ac96-774b-bcce-b302099a8057","text":"None.","usage":{"inputTokens":9,"outputTokens":2}}"#,
/// )
/// .unwrap();
/// assert_eq!(answer.text, "None.");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentAnswer {
    /// The session, to go on with.
    #[serde(rename = "sessionId", deserialize_with = "session")]
    pub session: SessionId,
    /// Its last word.
    pub text: String,
    /// The last word as JSON, where the agent has an output schema: it fits that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What the turn took.
    pub usage: AgentUsage,
}

/// What a turn took, agents that were asked meanwhile not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentUsage {
    /// Tokens the model read.
    pub input_tokens: u64,
    /// Tokens the model wrote.
    pub output_tokens: u64,
    /// Their price in millionths of a US dollar, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<u64>,
}

fn session<'de, D: Deserializer<'de>>(from: D) -> Result<SessionId, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}
