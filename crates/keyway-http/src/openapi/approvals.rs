use serde_json::{Map, Value, json};

use super::paths::responses;

const REFUSALS: [&str; 8] = ["400", "401", "403", "404", "405", "406", "422", "429"];

/// `/v1/approvals…`
pub(super) fn paths() -> Map<String, Value> {
    let one = |id_of: &str, summary: &str, schema: &str| {
        json!({
            "operationId": id_of,
            "summary": summary,
            "parameters": [parameter("id", "path", "The approval's id.", &text())],
            "responses": responses(shows(&reference(schema)), &[&REFUSALS[..], &["409"]].concat())
        })
    };
    let mut deny = one(
        "deny_approval",
        "Deny a call; who asked is told why",
        "Approval",
    );
    if let Some(members) = deny.as_object_mut() {
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": {
                "type": "object",
                "properties": { "reason": { "type": "string", "maxLength": 500 } },
                "additionalProperties": false
            } } }
        });
        members.insert("requestBody".into(), body);
    }
    [
        ("/v1/approvals", json!({ "get": list() })),
        (
            "/v1/approvals/{id}",
            json!({ "get": one(
                "show_approval",
                "Show a call that waits for a decision, or waited, and what it is made with",
                "ApprovalDetail",
            ) }),
        ),
        (
            "/v1/approvals/{id}/approve",
            json!({ "post": one(
                "approve_approval",
                "Approve a call: it runs once, when it is made again. `409` tells who decided before",
                "Approval",
            ) }),
        ),
        ("/v1/approvals/{id}/deny", json!({ "post": deny })),
    ]
    .map(|(path, operations)| (path.to_owned(), operations))
    .into_iter()
    .collect()
}

/// An approval, and one with what is asked about.
pub(super) fn schemas() -> Map<String, Value> {
    let moment = || json!({ "type": "string", "format": "date-time" });
    let said = |what: &str| json!({ "type": "string", "description": what });
    let approval = json!({
        "type": "object",
        "properties": {
            "id": text(),
            "state": { "enum": states() },
            "tool": text(),
            "server": text(),
            "actor": said("For whom it is asked, by id."),
            "actorName": text(),
            "client": said("The OAuth client it is asked through."),
            "agent": said("The agent that wants it."),
            "session": text(),
            "job": text(),
            "request": said("The request it was asked by."),
            "policies": { "type": "array", "items": text() },
            "createdAt": moment(),
            "expiresAt": moment(),
            "decidedBy": text(),
            "decidedByName": text(),
            "decidedThrough": { "enum": ["console", "api", "cli", "client", "chat"] },
            "decidedAt": moment(),
            "reason": said("Why it was denied, or is void."),
            "executedAt": moment(),
            "outcome": said("How the run ended; `running`, `not_run`, or `unknown` where nobody saw it."),
            "endedAt": moment(),
            "mayDecide": { "type": "boolean", "description": "Whether the asker may decide now." }
        },
        "required": ["id", "state", "tool", "actor", "request", "policies", "createdAt", "expiresAt", "mayDecide"]
    });
    let detail = json!({
        "allOf": [reference("Approval"), {
            "type": "object",
            "properties": {
                "arguments": said("The arguments as JSON for people: secrets hidden, what is long shortened."),
                "argumentBytes": { "type": "integer", "minimum": 0 },
                "callSha256": said("What the approval is bound to: tool, arguments and credentials."),
                "definition": { "description": "The tool's definition when it was asked about." },
                "definitionNow": { "description": "The definition now, where it is another one." }
            },
            "required": ["callSha256", "definition"]
        }]
    });
    [("Approval", approval), ("ApprovalDetail", detail)]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

fn list() -> Value {
    let page = json!({
        "type": "object",
        "properties": {
            "approvals": { "type": "array", "items": reference("Approval") },
            "nextCursor": text()
        },
        "required": ["approvals"]
    });
    json!({
        "operationId": "list_approvals",
        "summary": "List calls that wait for a decision, or waited, the last asked first",
        "parameters": [
            parameter("state", "query", "Those in this state.", &json!({ "enum": states() })),
            parameter(
                "own",
                "query",
                "Only what is asked for the asker.",
                &json!({ "type": "boolean", "default": false }),
            ),
            parameter(
                "session",
                "query",
                "Those that an agent asks for in this session.",
                &text(),
            ),
            parameter("cursor", "query", "The `nextCursor` of the page before.", &text()),
            parameter(
                "limit",
                "query",
                "The most of a page.",
                &json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
            ),
        ],
        "responses": responses(shows(&page), &REFUSALS)
    })
}

fn states() -> Value {
    json!([
        "pending", "approved", "denied", "expired", "executed", "void"
    ])
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

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}
