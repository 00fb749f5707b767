//! An agent as an action: the one way it is reached.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Agent, AgentMessage};
use crate::names::AGENT_TOOLS;
use crate::rpc::RawJson;
use crate::{Action, Context, Error};

/// The family of actions that are agents.
const FAMILY: &str = "agent:";

/// The slug of the action that is an agent.
pub fn action_slug(agent: &str) -> String {
    format!("{FAMILY}{agent}")
}

/// The name of the tool that an agent is towards MCP clients and models. No upstream's tool has such a
/// name, and no other action.
pub fn tool_name(agent: &str) -> String {
    format!("{AGENT_TOOLS}{agent}")
}

/// The agent that an action is, by their slugs.
pub fn slug_of_action(action: &str) -> Option<&str> {
    action.strip_prefix(FAMILY)
}

impl Agent {
    /// The action `agent:<slug>`, by which policy, audit and everyone who calls it know the agent. It
    /// takes a message, and the session that goes on by it.
    pub fn to_action(&self) -> Action {
        let agent = self.slug().to_owned();
        let run = move |context: Context, input: RawJson| {
            let agent = agent.clone();
            async move {
                let answer = context.turn(agent, message(&input)?).await?;
                RawJson::of(&answer).map_err(Error::internal)
            }
        };
        let action = Action::json(action_slug(self.slug()), input(), Some(output()), run)
            .mcp_name(tool_name(self.slug()))
            .title(self.get_name())
            .description(self.get_description())
            .expose(self.exposure())
            // The agent's budget says how long it may take.
            .timeout(Duration::ZERO)
            .defined(self.defined_at().clone());
        if self.is_admin_only() {
            action.admin_only()
        } else {
            action
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    message: String,
    session_id: Option<String>,
}

fn message(input: &RawJson) -> Result<AgentMessage, Error> {
    let input: Input = input
        .read()
        .map_err(|_| Error::invalid_at("", "a message"))?;
    let session = input.session_id.map(|id| id.parse()).transpose();
    let session = session
        .map_err(|error: crate::ids::BadId| Error::invalid_at("/sessionId", error.to_string()))?;
    Ok(AgentMessage {
        text: input.message,
        session,
    })
}

fn input() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "message": {
                "type": "string",
                "minLength": 1,
                "description": "What to say to the agent."
            },
            "sessionId": {
                "type": "string",
                "description": "The session that goes on by it, as an answer before named it; a new one when absent."
            }
        },
        "required": ["message"]
    })
}

fn output() -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "properties": {
            "sessionId": { "type": "string" },
            "text": { "type": "string", "description": "The agent's last word." },
            "output": { "description": "The last word as JSON, where the agent has an output schema." },
            "usage": {
                "type": "object",
                "properties": {
                    "inputTokens": count, "outputTokens": count, "costMicros": count
                },
                "required": ["inputTokens", "outputTokens"]
            }
        },
        "required": ["sessionId", "text", "usage"]
    })
}
