//! Credentials: their definitions and their instances.

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
    let list = |name: &str, item: Value| {
        json!({
            "type": "object",
            "properties": { name: { "type": "array", "items": item } },
            "required": [name]
        })
    };
    paths_of(vec![
        of(
            "/v1/credential-definitions",
            "get",
            "list_credential_definitions",
            "List the credentials that are defined, and the actions that need them",
            None,
            Answer::Shows(list("definitions", definition())),
        ),
        of(
            "/v1/me/connections",
            "get",
            "list_my_connections",
            "List what the asker connected for themselves, and what they have to before they can use it",
            None,
            Answer::Shows(list("connections", connection())),
        ),
        of(
            "/v1/me/connections/{key}",
            "delete",
            "disconnect_mine",
            "End what the asker connected for themselves",
            None,
            Answer::Nothing,
        ),
        of(
            "/v1/credentials",
            "get",
            "list_credentials",
            "List the instances of credentials (of one `key`); never what is stored of them",
            None,
            Answer::Shows(list("credentials", instance())),
        ),
        of(
            "/v1/credentials",
            "post",
            "set_credential",
            "Set the fields of an instance: 201 when it was made, 200 when they were replaced",
            Some(new()),
            Answer::Makes(instance()),
        ),
        of(
            "/v1/credentials/{id}",
            "patch",
            "change_credential",
            "Give an instance another name, or make it the default of its place",
            Some(json!({
                "type": "object",
                "properties": {
                    "name": text(),
                    "seen": { "type": "string", "description": "The name it was read with: of another one nothing is changed" },
                    "default": { "const": true }
                },
                "additionalProperties": false
            })),
            Answer::Shows(instance()),
        ),
        of(
            "/v1/credentials/{id}",
            "delete",
            "revoke_credential",
            "Delete an instance; with `?force=true` also a default that actions would use",
            None,
            Answer::Nothing,
        ),
    ])
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn scope() -> Value {
    json!({ "enum": ["organization", "project", "user"] })
}

fn new() -> Value {
    json!({
        "type": "object",
        "properties": {
            "key": text(),
            "scope": scope(),
            "project": { "type": "string", "description": "The project's slug, with that scope." },
            "user": {
                "type": "string",
                "description": "The person's id, with that scope; the asker when absent."
            },
            "name": { "type": "string", "description": "`default` when absent." },
            "fields": {
                "type": "object",
                "description": "As the definition describes them.",
                "writeOnly": true
            }
        },
        "required": ["key", "scope", "fields"],
        "additionalProperties": false
    })
}

fn connection() -> Value {
    json!({
        "type": "object",
        "properties": {
            "key": text(),
            "name": text(),
            "connector": { "type": "string", "description": "The connector it is for." },
            "state": { "enum": ["missing", "connected", "needs_reconnecting"] },
            "connectUrl": text(),
            "credentials": { "type": "array", "items": instance() }
        },
        "required": ["key", "name", "state", "connectUrl", "credentials"]
    })
}

fn instance() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "key": text(),
            "scope": scope(),
            "project": text(),
            "user": text(),
            "name": text(),
            "default": { "type": "boolean" },
            "revision": { "type": "integer" },
            "createdAt": moment(),
            "changedAt": moment(),
            "lastUsedAt": moment(),
            "lastError": text(),
            "lastErrorAt": moment(),
            "lastRefreshedAt": moment(),
            "expiresAt": moment(),
            "needsReconnecting": { "type": "boolean" }
        },
        "required": ["id", "key", "scope", "name", "default", "revision", "createdAt", "changedAt"]
    })
}

fn definition() -> Value {
    let field = json!({
        "type": "object",
        "properties": {
            "name": text(),
            "title": text(),
            "description": text(),
            "secret": { "type": "boolean" },
            "required": { "type": "boolean" }
        },
        "required": ["name", "secret", "required"]
    });
    json!({
        "type": "object",
        "properties": {
            "key": text(),
            "title": text(),
            "description": text(),
            "kind": { "enum": ["api_key", "oauth2", "none"] },
            "fields": { "type": "array", "items": field },
            "scope": scope(),
            "hosts": text(),
            "authorization": {
                "type": "object",
                "properties": {
                    "server": text(),
                    "scopes": { "type": "array", "items": text() }
                },
                "required": ["server", "scopes"]
            },
            "actions": { "type": "array", "items": text() }
        },
        "required": ["key", "kind", "fields", "actions"]
    })
}
