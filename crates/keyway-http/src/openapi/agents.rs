//! Agents.

use serde_json::{Map, Value, json};

use super::paths::responses;

const REFUSALS: [&str; 6] = ["401", "403", "404", "405", "406", "429"];

/// `/v1/agents…`
pub(super) fn paths() -> Map<String, Value> {
    let agents = json!({
        "type": "object",
        "properties": { "agents": { "type": "array", "items": reference("Agent") } },
        "required": ["agents"]
    });
    let list = json!({
        "operationId": "list_agents",
        "summary": "List the agents the asker may use",
        "responses": responses(shows(&agents), &["401", "403", "405", "406", "429"])
    });
    let show = json!({
        "operationId": "show_agent",
        "summary": "Show an agent",
        "parameters": [slug()],
        "responses": responses(shows(&reference("Agent")), &REFUSALS)
    });
    [
        ("/v1/agents", json!({ "get": list })),
        ("/v1/agents/{slug}", json!({ "get": show })),
        ("/v1/agents/{slug}/prompt", json!({ "post": prompt() })),
    ]
    .map(|(path, operations)| (path.to_owned(), operations))
    .into_iter()
    .collect()
}

fn prompt() -> Value {
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "message": { "type": "string", "minLength": 1 },
            "sessionId": { "type": "string", "description": "The session that goes on; a new one when absent." }
        },
        "required": ["message"]
    });
    let answer = json!({
        "description": "The turn ended, well or not: `status` and `error` tell. As an event stream: \
                        `session` with its id, `progress`, and `result` with the same at the end.",
        "content": {
            "application/json": { "schema": reference("Prompted") },
            "text/event-stream": { "schema": text() }
        }
    });
    let refusals = ["400", "408", "409", "413", "415", "422", "502", "503"];
    json!({
        "operationId": "prompt_agent",
        "summary": "Say something to an agent, and wait for the end of its turn",
        "parameters": [slug()],
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": responses(answer, &[&REFUSALS[..], &refusals].concat())
    })
}

/// The schemas of what these paths answer.
pub(super) fn schemas() -> Map<String, Value> {
    [("Agent", agent()), ("Prompted", prompted())]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

fn agent() -> Value {
    json!({
        "type": "object",
        "properties": {
            "slug": text(),
            "name": text(),
            "description": text(),
            "model": { "type": "string", "description": "`vendor/model`" },
            "tools": { "type": "array", "items": text() },
            "budget": {
                "type": "object",
                "properties": {
                    "rounds": count(), "tokens": count(), "timeMs": count(), "costMicros": count()
                },
                "required": ["rounds"]
            },
            "outputSchema": { "type": "object" }
        },
        "required": ["slug", "name", "description", "model", "tools", "budget"]
    })
}

fn prompted() -> Value {
    let message = json!({
        "type": "object",
        "properties": { "role": { "const": "assistant" }, "text": text() },
        "required": ["role", "text"]
    });
    let error = json!({
        "type": "object",
        "properties": { "code": text(), "message": text(), "hint": text() },
        "required": ["code", "message"]
    });
    json!({
        "type": "object",
        "properties": {
            "sessionId": text(),
            "status": { "enum": ["finished", "interrupted", "budget", "failed"] },
            "text": { "type": "string", "description": "The agent's last word, as far as it got." },
            "output": { "description": "The last word as JSON, where the agent has an output schema." },
            "messages": { "type": "array", "items": message },
            "usage": usage(),
            "error": error
        },
        "required": ["sessionId", "status", "text", "messages", "usage"]
    })
}

pub(super) fn usage() -> Value {
    json!({
        "type": "object",
        "properties": { "inputTokens": count(), "outputTokens": count(), "costMicros": count() },
        "required": ["inputTokens", "outputTokens", "costMicros"]
    })
}

fn slug() -> Value {
    parameter("slug", "path", "The agent's slug.", &text())
}

pub(super) fn parameter(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name, "in": place, "required": place == "path",
        "description": description, "schema": schema
    })
}

pub(super) fn shows(schema: &Value) -> Value {
    json!({
        "description": "It is here.",
        "content": { "application/json": { "schema": schema } }
    })
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}
