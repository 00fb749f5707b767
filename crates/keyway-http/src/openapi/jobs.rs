use serde_json::{Map, Value, json};

use super::paths::responses;

const REFUSALS: [&str; 8] = ["400", "401", "403", "404", "405", "406", "422", "429"];

/// `/v1/jobs…`, `/v1/channels…` and `/v1/ws`
pub(super) fn paths() -> Map<String, Value> {
    let id = || parameter("id", "path", "The job's id.", &text());
    let one = |id_of: &str, summary: &str| {
        json!({
            "operationId": id_of,
            "summary": summary,
            "parameters": [id()],
            "responses": responses(shows(&reference()), &[&REFUSALS[..], &["409"]].concat())
        })
    };
    [
        ("/v1/jobs", json!({ "get": list_jobs() })),
        (
            "/v1/jobs/{id}",
            json!({ "get": one("show_job", "Show a job") }),
        ),
        (
            "/v1/jobs/{id}/retry",
            json!({ "post": one("retry_job", "Queue a job again that died or was cancelled") }),
        ),
        (
            "/v1/jobs/{id}/cancel",
            json!({ "post": one("cancel_job", "Take back a job; one that runs is told to stop") }),
        ),
        ("/v1/channels", json!({ "get": list_channels() })),
        ("/v1/channels/{name}/events", json!({ "get": events() })),
        ("/v1/channels/{name}/ws", json!({ "get": channel_socket() })),
        ("/v1/ws", json!({ "get": socket() })),
    ]
    .map(|(path, operations)| (path.to_owned(), operations))
    .into_iter()
    .collect()
}

/// What a call in the background answers, and how it is asked for.
pub(super) fn background(operation: &mut Map<String, Value>) {
    let queued = json!({
        "description": "It is queued; the answer is the job.",
        "headers": { "Location": { "description": "The job.", "schema": text() } },
        "content": { "application/json": { "schema": reference() } }
    });
    let parameters = json!([
        parameter(
            "background",
            "query",
            "Queue it as a job, and answer at once.",
            &json!({ "type": "boolean", "default": false }),
        ),
        parameter(
            "Idempotency-Key",
            "header",
            "In the background: of calls of one asker with the same key one is queued.",
            &json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        ),
    ]);
    operation.insert("parameters".into(), parameters);
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        responses.insert("202".into(), queued);
    }
}

/// A job.
pub(super) fn schema() -> Value {
    let moment = || json!({ "type": "string", "format": "date-time" });
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "action": { "type": "string", "description": "The action's slug." },
            "kind": { "enum": ["action", "schedule", "delivery", "webhook", "turn", "task"] },
            "state": { "enum": ["queued", "running", "done", "dead", "cancelled"] },
            "actor": { "type": "string", "description": "For whom, by id." },
            "runAt": moment(),
            "attempts": { "type": "integer", "minimum": 0 },
            "maxAttempts": { "type": "integer", "minimum": 1 },
            "lastError": { "type": "string", "description": "The code of the last failure." },
            "createdAt": moment(),
            "finishedAt": moment()
        },
        "required": ["id", "action", "kind", "state", "actor", "runAt", "attempts", "maxAttempts", "createdAt"]
    })
}

fn list_jobs() -> Value {
    let page = json!({
        "type": "object",
        "properties": {
            "jobs": { "type": "array", "items": reference() },
            "nextCursor": text()
        },
        "required": ["jobs"]
    });
    json!({
        "operationId": "list_jobs",
        "summary": "List jobs, the last queued first: one's own, or all for owners and admins",
        "parameters": [
            parameter("state", "query", "Those in this state.", &text()),
            parameter("cursor", "query", "The `nextCursor` of the page before.", &text()),
            parameter(
                "limit",
                "query",
                "The most jobs of a page.",
                &json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
            ),
        ],
        "responses": responses(shows(&page), &REFUSALS)
    })
}

fn list_channels() -> Value {
    let channel = json!({
        "type": "object",
        "properties": { "name": text(), "description": text(), "uri": text() },
        "required": ["name", "description", "uri"]
    });
    let list = json!({
        "type": "object",
        "properties": { "channels": { "type": "array", "items": channel } },
        "required": ["channels"]
    });
    json!({
        "operationId": "list_channels",
        "summary": "List the channels the asker may subscribe to",
        "responses": responses(shows(&list), &["401", "403", "405", "406", "429"])
    })
}

fn events() -> Value {
    let last = parameter(
        "Last-Event-ID",
        "header",
        "The number of the last message that was heard.",
        &json!({ "type": "integer" }),
    );
    let stream = json!({
        "description": "Server-sent events: each message with its number as `id`; `missed` where \
                        messages are no longer kept; `closed` with the reason at the end.",
        "content": { "text/event-stream": { "schema": text() } }
    });
    json!({
        "operationId": "listen_to_channel",
        "summary": "Subscribe to a channel over an event stream",
        "parameters": [name(), after(), last],
        "responses": responses(stream, &["400", "401", "403", "404", "405", "429"])
    })
}

fn channel_socket() -> Value {
    json!({
        "operationId": "open_channel_socket",
        "summary": "Subscribe to a channel over a WebSocket",
        "parameters": [name(), after()],
        "responses": upgraded(&["400", "401", "403", "404", "405", "429"])
    })
}

fn socket() -> Value {
    json!({
        "operationId": "open_socket",
        "summary": "Call actions and subscribe to channels over one WebSocket",
        "responses": upgraded(&["401", "403", "405", "429"])
    })
}

fn upgraded(refusals: &[&str]) -> Value {
    let mut responses = responses(Value::Null, refusals);
    if let Some(all) = responses.as_object_mut() {
        all.remove("200");
        let switched = "A WebSocket: one text frame a message; closed with the reason at the end.";
        all.insert("101".into(), json!({ "description": switched }));
        all.insert(
            "426".into(),
            json!({ "description": "This is no WebSocket handshake." }),
        );
    }
    responses
}

fn name() -> Value {
    parameter("name", "path", "The channel's name.", &text())
}

fn after() -> Value {
    let number = json!({ "type": "integer" });
    parameter(
        "after",
        "query",
        "Go on behind the message with this number.",
        &number,
    )
}

fn parameter(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name, "in": place, "required": place == "path",
        "description": description, "schema": schema
    })
}

fn shows(schema: &Value) -> Value {
    json!({
        "description": "It is here.",
        "content": { "application/json": { "schema": schema } }
    })
}

fn reference() -> Value {
    json!({ "$ref": "#/components/schemas/Job" })
}

fn text() -> Value {
    json!({ "type": "string" })
}
