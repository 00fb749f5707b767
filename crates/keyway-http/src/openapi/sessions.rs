//! Sessions of agents.

use serde_json::{Map, Value, json};

use super::agents::{count, parameter, reference, shows, text, usage};
use super::components::refusal;
use super::paths::responses;

const REFUSALS: [&str; 6] = ["401", "403", "404", "405", "406", "429"];

/// What else is refused where something is sent.
const SENT: [&str; 6] = ["400", "408", "409", "413", "415", "422"];

/// `/v1/sessions…`
pub(super) fn paths() -> Map<String, Value> {
    let one = |name: &str, summary: &str, schema: &Value, refusals: &[&str]| {
        json!({
            "operationId": name,
            "summary": summary,
            "parameters": [session()],
            "responses": responses(shows(schema), &[&REFUSALS[..], refusals].concat())
        })
    };
    let view = reference("Session");
    let show = one("show_session", "Show a session", &view, &[]);
    let interrupt = one(
        "interrupt_session",
        "Stop the turn that runs in a session, and what waits to be said in it; doing it again stops nothing",
        &stopped(),
        &[],
    );
    let archive = one(
        "archive_session",
        "Archive a session in which nothing goes on: it can be read, and nothing more is said in it",
        &view,
        &["409"],
    );
    let unarchive = one(
        "unarchive_session",
        "Take a session out of the archive",
        &view,
        &[],
    );
    let waiting = one(
        "list_waiting_messages",
        "List the messages that wait to be said in a session, the next one first",
        &waiting(),
        &[],
    );
    [
        ("/v1/sessions", json!({ "get": list(), "post": begin() })),
        ("/v1/sessions/{id}", json!({ "get": show })),
        ("/v1/sessions/{id}/events", json!({ "get": events() })),
        (
            "/v1/sessions/{id}/messages",
            json!({ "get": waiting, "post": say() }),
        ),
        ("/v1/sessions/{id}/interrupt", json!({ "post": interrupt })),
        ("/v1/sessions/{id}/archive", json!({ "post": archive })),
        ("/v1/sessions/{id}/unarchive", json!({ "post": unarchive })),
        (
            "/v1/sessions/{id}/approvals/{approval}",
            json!({ "post": decide() }),
        ),
    ]
    .map(|(path, operations)| (path.to_owned(), operations))
    .into_iter()
    .collect()
}

fn list() -> Value {
    let page = json!({
        "type": "object",
        "properties": {
            "sessions": { "type": "array", "items": reference("Session") },
            "nextCursor": text()
        },
        "required": ["sessions"]
    });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
    let archived = json!({ "type": "boolean", "default": false });
    json!({
        "operationId": "list_sessions",
        "summary": "List sessions, the last begun first: one's own, or all for owners and admins",
        "parameters": [
            parameter("agent", "query", "Those of this agent.", &text()),
            parameter("status", "query", "Those that are like this.", &status()),
            parameter("archived", "query", "Those that were archived as well.", &archived),
            parameter("cursor", "query", "The `nextCursor` of the page before.", &text()),
            parameter("limit", "query", "The most sessions of a page.", &limit),
        ],
        "responses": responses(shows(&page), &["400", "401", "403", "405", "406", "422", "429"])
    })
}

fn begin() -> Value {
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "agent": text(), "message": message() },
        "required": ["agent"]
    });
    let begun = json!({
        "allOf": [reference("Session"), {
            "type": "object",
            "properties": {
                "message": { "type": "string", "description": "The job that says the first message." },
                "events": { "type": "string", "description": "The path where what happens is heard." }
            },
            "required": ["events"]
        }]
    });
    answered(
        "begin_session",
        "Begin a session with an agent; a first message is said in the background",
        &json!([key()]),
        &input,
        ("201", "It was made.", &begun),
    )
}

fn say() -> Value {
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "message": message() },
        "required": ["message"]
    });
    let taken = json!({
        "type": "object",
        "properties": {
            "message": { "type": "string", "description": "The job that says it; the event of it names it." },
            "session": text(),
            "events": { "type": "string", "description": "The path where what happens is heard." },
            "after": { "type": "integer", "minimum": 0, "description": "The last event before it was taken." }
        },
        "required": ["message", "session", "events", "after"]
    });
    answered(
        "say_in_session",
        "Leave a message in a session: it is said in the background, behind what was left before",
        &json!([session(), key()]),
        &input,
        ("202", "It was taken.", &taken),
    )
}

fn decide() -> Value {
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "decision": { "enum": ["approve", "deny"] },
            "reason": { "type": "string", "maxLength": 500, "description": "Why it is denied." }
        },
        "required": ["decision"]
    });
    let approval = parameter("approval", "path", "The approval's id.", &text());
    answered(
        "decide_in_session",
        "Decide about a call that the agent of a session waits with, like `/v1/approvals`",
        &json!([session(), approval]),
        &input,
        ("200", "It is decided.", &reference("Approval")),
    )
}

/// An operation that something is sent to.
fn answered(
    name: &str,
    summary: &str,
    parameters: &Value,
    input: &Value,
    (status, description, schema): (&str, &str, &Value),
) -> Value {
    let answer = json!({
        "description": description,
        "content": { "application/json": { "schema": schema } }
    });
    let refusals = REFUSALS.iter().chain(&SENT);
    let refusals = refusals.map(|status| ((*status).to_owned(), refusal(status)));
    let all = std::iter::once((status.to_owned(), answer)).chain(refusals);
    json!({
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": Value::Object(all.collect())
    })
}

fn events() -> Value {
    let after = json!({ "type": "integer", "minimum": 0, "default": 0 });
    let event = json!({
        "type": "object",
        "description": "What else it has depends on its type.",
        "properties": {
            "seq": { "type": "integer", "minimum": 1 },
            "at": { "type": "string", "format": "date-time" },
            "type": { "enum": [
                "session_started", "model_changed", "user_message", "assistant_message",
                "tool_started", "tool_finished", "turn_ended"
            ] }
        },
        "required": ["seq", "at", "type"]
    });
    let list = json!({
        "type": "object",
        "properties": { "events": { "type": "array", "maxItems": 200, "items": event } },
        "required": ["events"]
    });
    let answer = json!({
        "description": "What happened. As an event stream what happens is told as well: each event has its \
                        `seq` as id, `state` tells how the session is, and `closed` why nothing more comes.",
        "content": {
            "application/json": { "schema": list },
            "text/event-stream": { "schema": text() }
        }
    });
    let resumed = json!({
        "name": "Last-Event-ID", "in": "header", "required": false,
        "description": "Of a stream: go on behind this event.", "schema": after
    });
    json!({
        "operationId": "list_session_events",
        "summary": "List what happened in a session, oldest first, at most 200 events; or follow it",
        "parameters": [
            session(),
            parameter("after", "query", "Go on behind this `seq`.", &after),
            resumed
        ],
        "responses": responses(answer, &[&REFUSALS[..], &["400"]].concat())
    })
}

/// The schemas of what these paths answer.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = [("Session".to_owned(), session_schema())];
    schemas.into_iter().collect()
}

fn session_schema() -> Value {
    let origin = json!({
        "type": "object",
        "description": "Where it came from, where one session is shown that a publication began.",
        "properties": {
            "publication": text(),
            "publicationName": text(),
            "provider": text(),
            "conversation": text(),
            "delivery": { "type": "string", "description": "The last delivery that is kept of it." },
            "url": { "type": "string", "description": "Where people see an answer of it." }
        },
        "required": ["publication", "publicationName", "provider", "conversation"]
    });
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "agent": text(),
            "actor": { "type": "string", "description": "Whose it is, by id." },
            "title": text(),
            "status": status(),
            "lastError": text(),
            "queued": { "type": "integer", "minimum": 0, "description": "How many messages wait to be said." },
            "turns": count(),
            "usage": usage(),
            "createdAt": moment(),
            "updatedAt": moment(),
            "archivedAt": moment(),
            "origin": origin
        },
        "required": [
            "id", "agent", "actor", "title", "status", "queued", "turns", "usage", "createdAt", "updatedAt"
        ]
    })
}

fn waiting() -> Value {
    let message = json!({
        "type": "object",
        "properties": {
            "message": { "type": "string", "description": "The job that says it." },
            "text": text(),
            "queuedAt": moment()
        },
        "required": ["message", "text", "queuedAt"]
    });
    json!({
        "type": "object",
        "properties": { "messages": { "type": "array", "maxItems": 200, "items": message } },
        "required": ["messages"]
    })
}

fn stopped() -> Value {
    json!({
        "type": "object",
        "properties": {
            "running": { "type": "boolean", "description": "A turn ran, or was about to." },
            "queued": { "type": "integer", "minimum": 0, "description": "How many messages waited." }
        },
        "required": ["running", "queued"]
    })
}

fn message() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 100_000 })
}

fn key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Of wishes with the same key only the first one counts.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200 }
    })
}

fn session() -> Value {
    parameter("id", "path", "The session's id.", &text())
}

fn status() -> Value {
    json!({ "enum": ["idle", "running", "finished", "interrupted", "budget", "failed"] })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}
