//! Webhooks that go out.

use keyway_app::webhook_endpoints::{EventType, MessageView};
use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};
use super::publications::{moment, page, text};

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
    paths_of(vec![
        of(
            "/v1/webhook-endpoints",
            "get",
            "list_webhook_endpoints",
            "List the webhook endpoints, the last made first; with `cursor` and `limit`",
            None,
            Answer::Shows(page("webhookEndpoints", &endpoint())),
        ),
        of(
            "/v1/webhook-endpoints",
            "post",
            "create_webhook_endpoint",
            "Have events of the organization posted to an address, signed as Standard Webhooks. The secret is shown this once",
            Some(new()),
            Answer::Makes(with_secret()),
        ),
        of(
            "/v1/webhook-endpoints/{id}",
            "get",
            "show_webhook_endpoint",
            "Show a webhook endpoint and how it fares; never its secret",
            None,
            Answer::Shows(endpoint()),
        ),
        of(
            "/v1/webhook-endpoints/{id}",
            "patch",
            "change_webhook_endpoint",
            "Change a webhook endpoint, or switch it on or off",
            Some(patch()),
            Answer::Shows(endpoint()),
        ),
        of(
            "/v1/webhook-endpoints/{id}",
            "delete",
            "remove_webhook_endpoint",
            "Remove a webhook endpoint: nothing is sent to it any more, and its secret is gone",
            None,
            Answer::Nothing,
        ),
        of(
            "/v1/webhook-endpoints/{id}/rotate-secret",
            "post",
            "rotate_webhook_endpoint_secret",
            "Replace the secret; for 24 hours messages are signed with the one before as well. The new one is shown this once",
            None,
            Answer::Makes(with_secret()),
        ),
        of(
            "/v1/webhook-endpoints/{id}/test",
            "post",
            "test_webhook_endpoint",
            "Send an example (`webhook.test`); the answer is the message",
            None,
            Answer::Makes(message()),
        ),
        of(
            "/v1/webhook-endpoints/{id}/replay",
            "post",
            "replay_failed_webhook_messages",
            "Send every message once more that was made since a moment and failed",
            Some(json!({
                "type": "object",
                "properties": { "since": moment() },
                "required": ["since"],
                "additionalProperties": false
            })),
            Answer::Shows(json!({
                "type": "object",
                "properties": { "replayed": count() },
                "required": ["replayed"]
            })),
        ),
        of(
            "/v1/webhook-endpoints/{id}/messages",
            "get",
            "list_webhook_messages",
            "List the messages to a webhook endpoint, the last first; with `state`, `cursor` and `limit`",
            None,
            Answer::Shows(page("messages", &message())),
        ),
        of(
            "/v1/webhook-messages/{id}",
            "get",
            "show_webhook_message",
            "Show a webhook message; never what it says",
            None,
            Answer::Shows(message()),
        ),
        of(
            "/v1/webhook-messages/{id}/replay",
            "post",
            "replay_webhook_message",
            "Send a webhook message once more, with the same `webhook-id`",
            None,
            Answer::Shows(message()),
        ),
    ])
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn events() -> Value {
    let names: Vec<_> = EventType::ALL.iter().map(|one| one.name).collect();
    json!({ "type": "array", "items": { "enum": names }, "minItems": 1 })
}

fn url() -> Value {
    json!({
        "type": "string",
        "format": "uri",
        "description": "`https:`; `http:` to this machine alone, where `egress.allow` lets it."
    })
}

fn new() -> Value {
    json!({
        "type": "object",
        "properties": {
            "url": url(),
            "events": events(),
            "enabled": { "type": "boolean", "default": true }
        },
        "required": ["url", "events"],
        "additionalProperties": false
    })
}

fn patch() -> Value {
    json!({
        "type": "object",
        "properties": {
            "revision": { "type": "integer", "description": "The revision that was read." },
            "url": url(),
            "events": events(),
            "enabled": { "type": "boolean" }
        },
        "additionalProperties": false
    })
}

fn with_secret() -> Value {
    let mut endpoint = endpoint();
    let properties = endpoint.get_mut("properties");
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        let secret = json!({ "type": "string", "description": "`whsec_` and Base64, this once." });
        properties.insert("secret".into(), secret);
    }
    endpoint
}

fn endpoint() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "url": text(),
            "events": events(),
            "enabled": { "type": "boolean" },
            "state": {
                "enum": ["on", "off", "gone", "failing"],
                "description": "`gone` and `failing` are switched off by the gateway."
            },
            "switchedOffAt": moment(),
            "health": {
                "type": "object",
                "properties": {
                    "consecutiveFailures": count(),
                    "failingSince": moment(),
                    "lastSuccessAt": moment(),
                    "lastFailureAt": moment(),
                    "lastStatus": count(),
                    "lastError": error()
                },
                "required": ["consecutiveFailures"]
            },
            "secretBeforeUntil": moment(),
            "revision": count(),
            "createdAt": moment(),
            "createdBy": text(),
            "changedAt": moment(),
            "changedBy": text()
        },
        "required": ["id", "url", "events", "enabled", "state", "health", "revision", "createdAt", "createdBy", "changedAt", "changedBy"]
    })
}

fn message() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "description": "Its `webhook-id`." },
            "endpoint": text(),
            "type": text(),
            "subject": { "type": "string", "description": "The session or approval it is about." },
            "state": { "enum": MessageView::STATES },
            "attempts": count(),
            "lastAttemptAt": moment(),
            "nextAttemptAt": moment(),
            "lastStatus": count(),
            "lastError": error(),
            "bytes": count(),
            "job": text(),
            "createdAt": moment(),
            "deliveredAt": moment()
        },
        "required": ["id", "endpoint", "type", "state", "attempts", "bytes", "job", "createdAt"]
    })
}

fn error() -> Value {
    json!({ "type": "string", "description": "The code of the last failure." })
}
