//! What came in by webhooks.

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
            "/v1/deliveries",
            "get",
            "list_deliveries",
            "List what came in by webhooks, the last first; with `publication`, `state`, `cursor` and `limit`",
            None,
            Answer::Shows(page("deliveries", &delivery())),
        ),
        of(
            "/v1/deliveries/{id}",
            "get",
            "show_delivery",
            "Show a delivery; never what came with it",
            None,
            Answer::Shows(delivery()),
        ),
        of(
            "/v1/deliveries/{id}/why",
            "get",
            "explain_delivery",
            "Say why the agent spoke about a delivery, or did not",
            None,
            Answer::Shows(json!({
                "type": "object",
                "properties": {
                    "delivery": delivery(),
                    "reasons": { "type": "array", "items": text() }
                },
                "required": ["delivery", "reasons"]
            })),
        ),
        of(
            "/v1/deliveries/{id}/replay",
            "post",
            "replay_delivery",
            "Look at a delivery anew, by what its publication is set to now; the answer is the one that repeats it",
            None,
            Answer::Makes(delivery()),
        ),
    ])
}

fn delivery() -> Value {
    let count = || json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "publication": text(),
            "publicationName": text(),
            "provider": text(),
            "state": {
                "enum": ["ignored", "queued", "running", "retrying", "answered", "dead", "cancelled"]
            },
            "rule": { "type": "string", "description": "Why something is done about it, or nothing." },
            "ruleText": { "type": "string", "description": "The same in words." },
            "conversation": text(),
            "session": text(),
            "dedupeKey": text(),
            "duplicates": { "type": "integer", "minimum": 0, "description": "How often the same came again." },
            "replayOf": text(),
            "job": text(),
            "attempts": count(),
            "maxAttempts": count(),
            "nextAttemptAt": moment(),
            "lastError": { "type": "string", "description": "The code of the last failure." },
            "bytes": count(),
            "receivedAt": moment(),
            "answeredAt": moment(),
            "reply": {
                "type": "object",
                "description": "What became of what is said back, where something is.",
                "properties": {
                    "state": { "enum": ["waiting", "posting", "posted", "refused"] },
                    "url": text(),
                    "error": { "type": "string", "description": "Why nothing was said: a code." },
                    "postedAt": moment()
                },
                "required": ["state"]
            }
        },
        "required": ["id", "publication", "publicationName", "provider", "state", "rule", "ruleText", "dedupeKey", "duplicates", "attempts", "bytes", "receivedAt"]
    })
}
