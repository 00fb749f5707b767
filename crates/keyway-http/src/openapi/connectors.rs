//! Connectors: remote MCP servers that administrators connect.

use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    let of = |path, method, id, summary, input, answer| Operation {
        path,
        method,
        id,
        summary,
        input,
        answer,
    };
    let page = json!({
        "type": "object",
        "properties": {
            "connectors": { "type": "array", "items": connector() },
            "nextCursor": { "type": ["string", "null"] }
        },
        "required": ["connectors"]
    });
    paths_of(vec![
        of(
            "/v1/connectors",
            "get",
            "list_connectors",
            "List the remote MCP servers that were connected, by key; with `cursor` and `limit`",
            None,
            Answer::Shows(page),
        ),
        of(
            "/v1/connectors",
            "post",
            "create_connector",
            "Connect a remote MCP server: its tools are there for everyone at once",
            Some(new()),
            Answer::Makes(connector()),
        ),
        of(
            "/v1/connectors/-/test",
            "post",
            "test_new_connector",
            "Try a server out without saving anything",
            Some(new()),
            Answer::Shows(probed()),
        ),
        of(
            "/v1/connectors/{id}",
            "get",
            "get_connector",
            "Show a connector, by id or key; never its secrets",
            None,
            Answer::Shows(connector()),
        ),
        of(
            "/v1/connectors/{id}",
            "patch",
            "change_connector",
            "Change a connector while it has the revision that was read (`revision` or `If-Match`)",
            Some(patch()),
            Answer::Shows(connector()),
        ),
        of(
            "/v1/connectors/{id}",
            "delete",
            "delete_connector",
            "Remove a connector: its connection ends and its secrets are gone",
            None,
            Answer::Nothing,
        ),
        of(
            "/v1/connectors/{id}/test",
            "post",
            "test_connector",
            "Try a connector out as it is, or with what the body would change",
            Some(patch()),
            Answer::Shows(probed()),
        ),
        of(
            "/v1/connectors/{id}/refresh",
            "post",
            "refresh_connector",
            "Connect to the server anew and read its lists",
            None,
            Answer::Shows(connector()),
        ),
        of(
            "/v1/connectors/{id}/connect",
            "post",
            "connect_connector",
            "Connect a server behind OAuth: where somebody agrees in the browser, or tokens right away",
            None,
            Answer::Shows(json!({
                "type": "object",
                "properties": {
                    "connector": connector(),
                    "connectUrl": { "type": ["string", "null"] }
                },
                "required": ["connector"]
            })),
        ),
        of(
            "/v1/connectors/{id}/rotate",
            "post",
            "rotate_connector",
            "Replace the access token of a connector",
            Some(json!({
                "type": "object",
                "properties": {
                    "value": { "type": "string", "writeOnly": true },
                    "header": {
                        "type": "string",
                        "description": "The header whose value it is, where there are several."
                    }
                },
                "required": ["value"],
                "additionalProperties": false
            })),
            Answer::Shows(connector()),
        ),
    ])
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn names() -> Value {
    json!({ "type": "array", "items": text() })
}

fn auth_input() -> Value {
    let header = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "description": "`Authorization` when absent." },
            "scheme": { "type": "string", "description": "The word before the value, like `Bearer`." },
            "value": {
                "type": "string",
                "writeOnly": true,
                "description": "When absent, what is stored under the name stays."
            }
        },
        "additionalProperties": false
    });
    json!({
        "oneOf": [
            {
                "type": "object",
                "properties": { "kind": { "const": "none" } },
                "required": ["kind"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "kind": { "const": "headers" },
                    "headers": { "type": "array", "items": header }
                },
                "required": ["kind", "headers"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "properties": {
                    "kind": { "const": "oauth" },
                    "mode": { "enum": ["shared", "per_user", "client_credentials"] },
                    "scopes": names(),
                    "clientId": text(),
                    "clientSecret": { "type": "string", "writeOnly": true }
                },
                "required": ["kind", "mode"],
                "additionalProperties": false
            }
        ]
    })
}

fn settings() -> Map<String, Value> {
    let fields = json!({
        "name": { "type": "string", "description": "Its key is made of it: `Acme MCP` becomes `acme-mcp`." },
        "url": { "type": "string", "format": "uri" },
        "scope": { "enum": ["organization", "project", "roles"] },
        "project": { "type": "string", "description": "The project's slug, with that scope." },
        "roles": { "type": "array", "items": { "enum": ["owner", "admin", "member"] } },
        "auth": auth_input(),
        "enabled": { "type": "boolean" },
        "allow": { "type": ["array", "null"], "items": text(), "description": "Only these tools, by the server's own names." },
        "deny": names(),
        "connectTimeoutMs": { "type": ["integer", "null"] },
        "callTimeoutMs": { "type": ["integer", "null"] }
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn new() -> Value {
    json!({
        "type": "object",
        "properties": settings(),
        "required": ["name", "url"],
        "additionalProperties": false
    })
}

fn patch() -> Value {
    let mut fields = settings();
    let revision = json!({ "type": "integer", "description": "As it was read." });
    fields.insert("revision".into(), revision);
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

fn connector() -> Value {
    let mut fields = settings();
    let auth = json!({
        "type": "object",
        "properties": {
            "kind": { "enum": ["none", "headers", "oauth"] },
            "headers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "name": text(), "scheme": text() },
                    "required": ["name"]
                }
            },
            "mode": text(),
            "scopes": names(),
            "clientId": text()
        },
        "required": ["kind"]
    });
    for (name, schema) in [
        ("id", text()),
        ("slug", text()),
        ("auth", auth),
        ("revision", json!({ "type": "integer" })),
        ("createdAt", moment()),
        ("createdBy", text()),
        ("changedAt", moment()),
        ("changedBy", text()),
        ("status", json!({ "type": ["object", "null"] })),
        ("consent", consent()),
    ] {
        fields.insert(name.into(), schema);
    }
    json!({
        "type": "object",
        "properties": fields,
        "required": ["id", "slug", "name", "url", "scope", "auth", "enabled", "revision", "createdAt", "changedAt"]
    })
}

fn consent() -> Value {
    json!({
        "type": ["object", "null"],
        "description": "Who agreed to it, for one behind OAuth.",
        "properties": {
            "state": { "enum": ["missing", "connected", "needs_reconnecting"] },
            "people": { "type": "integer", "description": "How many connected it for themselves." },
            "connectUrl": text(),
            "credential": { "type": "object" }
        },
        "required": ["state"]
    })
}

fn probed() -> Value {
    json!({
        "type": "object",
        "properties": {
            "outcome": { "enum": ["good", "failed"] },
            "serverName": { "type": ["string", "null"] },
            "serverVersion": { "type": ["string", "null"] },
            "protocol": text(),
            "era": { "enum": ["modern", "legacy"] },
            "transport": { "enum": ["http", "sse"] },
            "tools": { "type": "integer" },
            "toolNames": names(),
            "resources": { "type": "integer" },
            "prompts": { "type": "integer" },
            "warnings": names(),
            "code": {
                "enum": [
                    "wants_oauth", "wants_credentials", "refused_credentials", "redirected",
                    "refused_address", "unreachable", "timeout", "not_mcp", "failed"
                ]
            },
            "reason": text(),
            "hint": text(),
            "tookMs": { "type": "integer" }
        },
        "required": ["outcome", "tookMs"]
    })
}
