use keyway_agent::Update;
use serde_json::{Value, json};

/// What is told to whoever follows a turn from outside: what the agent writes, and the tools it uses.
/// Nothing for what the session's events tell as well.
pub fn progress(update: &Update) -> Option<Value> {
    Some(match update {
        Update::TextDelta(text) => json!({ "type": "text", "text": text }),
        // What was written since the last call of a tool is written anew.
        Update::Discarded => json!({ "type": "discarded" }),
        Update::ToolStarted(call) => {
            json!({ "type": "tool_started", "id": call.id, "name": call.name })
        }
        Update::ToolFinished {
            id,
            name,
            outcome,
            millis,
        } => json!({
            "type": "tool_finished", "id": id, "name": name,
            "status": outcome.status, "millis": millis,
        }),
        _ => return None,
    })
}
