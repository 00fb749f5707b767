use serde_json::{Map, Value, json};

/// A reference to one of [`responses`].
pub(super) fn refusal(status: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{status}") })
}

/// Every refusal, by its status.
pub(super) fn responses() -> Value {
    let refusals = [
        ("400", "The request could not be read."),
        ("401", "No API key, or one that is not valid."),
        ("403", "The asker may not, or the page or host is foreign."),
        ("404", "There is no such thing, or not for the asker."),
        (
            "405",
            "The path is not served by this method; `Allow` names those that do.",
        ),
        ("406", "The client takes no JSON."),
        ("408", "The body did not arrive in time."),
        ("409", "The state of the thing does not allow it."),
        ("413", "The body is larger than accepted."),
        ("415", "The body is not plain JSON."),
        (
            "422",
            "The input was read and is not valid; `problems` tells all that is wrong.",
        ),
        (
            "429",
            "Too many requests; `Retry-After` tells when to come back.",
        ),
        ("500", "A fault on our side."),
        ("502", "A system behind the gateway answered badly."),
        (
            "503",
            "The gateway, or a system behind it, cannot answer now.",
        ),
        ("504", "The time limit passed."),
    ];
    let described = refusals.map(|(status, description)| {
        let schema = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        let mut response = Map::new();
        response.insert("description".into(), description.into());
        response.insert("headers".into(), headers(status));
        response.insert(
            "content".into(),
            json!({ "application/problem+json": schema }),
        );
        (status.to_owned(), Value::Object(response))
    });
    Value::Object(described.into_iter().collect())
}

fn headers(status: &str) -> Value {
    let (name, description, schema) = match status {
        "401" => (
            "WWW-Authenticate",
            "How to authenticate.",
            json!({ "type": "string" }),
        ),
        "405" => ("Allow", "The methods that do.", json!({ "type": "string" })),
        "429" | "503" => (
            "Retry-After",
            "Seconds to wait.",
            json!({ "type": "integer", "minimum": 0 }),
        ),
        _ => return json!({}),
    };
    json!({ name: { "description": description, "schema": schema } })
}

/// The schemas of what the fixed paths answer.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = [
        ("Problem", problem()),
        ("Action", action()),
        ("McpServer", mcp_server()),
        (
            "Status",
            json!({
                "type": "object",
                "properties": { "status": { "type": "string" } },
                "required": ["status"]
            }),
        ),
    ];
    schemas
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

fn problem() -> Value {
    json!({
        "description": "Why a request was refused (RFC 9457).",
        "type": "object",
        "properties": {
            "type": { "type": "string", "const": "about:blank" },
            "title": { "type": "string", "description": "The status in words." },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What went wrong, for people." },
            "code": { "type": "string", "description": "What went wrong, for programs; stable." },
            "hint": { "type": "string", "description": "What to do about it." },
            "problems": {
                "type": "array",
                "description": "Everything that is wrong with the input. Never holds a value.",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": { "type": "string", "description": "Where: a JSON Pointer (RFC 6901)." },
                        "expected": { "type": "string", "description": "What was expected there." }
                    },
                    "required": ["pointer", "expected"]
                }
            },
            "retryAfterMs": { "type": "integer", "minimum": 0 },
            "requestId": { "type": "string", "description": "The request's id, as in the logs." }
        },
        "required": ["type", "title", "status", "detail", "code", "requestId"]
    })
}

fn action() -> Value {
    json!({
        "description": "An action that is exposed over HTTP.",
        "type": "object",
        "properties": {
            "slug": { "type": "string" },
            "title": { "type": "string" },
            "description": { "type": "string" },
            "route": {
                "description": "The method and the path of its own, where it has one.",
                "type": "object",
                "properties": { "method": { "type": "string" }, "path": { "type": "string" } },
                "required": ["method", "path"]
            },
            "annotations": {
                "type": "object",
                "properties": {
                    "readOnly": { "type": "boolean" },
                    "destructive": { "type": "boolean" },
                    "idempotent": { "type": "boolean" },
                    "openWorld": { "type": "boolean" }
                }
            },
            "inputSchema": { "type": "object", "description": "JSON Schema 2020-12." },
            "outputSchema": { "type": "object", "description": "JSON Schema 2020-12." }
        },
        "required": ["slug", "description", "annotations", "inputSchema"]
    })
}

fn mcp_server() -> Value {
    json!({
        "description": "An MCP server behind the gateway, and the state of its connection.",
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "transport": { "enum": ["stdio", "http", "sse"] },
            "auth": { "enum": ["none", "api_key", "oauth"] },
            "state": {
                "enum": ["configured", "connecting", "connected", "disconnected", "auth_required", "auth_failed"]
            },
            "reason": { "type": ["string", "null"], "description": "Why it is not connected; redacted." },
            "since": { "type": "string", "format": "date-time" },
            "nextRetry": { "type": ["string", "null"], "format": "date-time" },
            "protocol": { "type": ["string", "null"], "description": "The protocol revision spoken." },
            "tools": { "type": "integer", "minimum": 0 },
            "listedAt": { "type": ["string", "null"], "format": "date-time" },
            "warnings": { "type": "array", "items": { "type": "string" } }
        },
        "required": ["name", "transport", "auth", "state", "since", "tools", "warnings"]
    })
}
