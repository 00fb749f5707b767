//! What a publication may use, what it used, and when it runs by the clock.

use serde_json::{Value, json};

pub(super) fn limits() -> Value {
    let most = |what: &str| json!({ "type": "integer", "minimum": 1, "description": what });
    json!({
        "type": "object",
        "description": "What its turns may use, beside the agent's own budget. Days are of UTC.",
        "properties": {
            "tokensPerTurn": most("Tokens of one turn, read and written."),
            "costMicrosPerTurn": most("Money of one turn, in millionths of a US dollar."),
            "turnsPerSession": most("Turns of one session."),
            "turnsPerDay": most("Turns of one day."),
            "tokensPerDay": most("Tokens of one day, read and written."),
            "costMicrosPerDay": most("Money of one day, in millionths of a US dollar.")
        },
        "additionalProperties": false
    })
}

pub(super) fn schedule() -> Value {
    json!({
        "type": "object",
        "description": "When it wakes the agent by the clock; an empty object where it does not.",
        "properties": {
            "cron": { "type": "string", "description": "Minute, hour, day of the month, month, day of the week.", "examples": ["0 9 * * 1-5"] },
            "timeZone": { "type": "string", "default": "UTC", "examples": ["Europe/Berlin"] },
            "message": { "type": "string", "description": "What is said to the agent." },
            "sameSession": { "type": "boolean", "default": false, "description": "Whether all runs are one conversation." }
        },
        "additionalProperties": false
    })
}

pub(super) fn usage() -> Value {
    let count = || json!({ "type": "integer", "minimum": 0 });
    let day = json!({
        "type": "object",
        "properties": {
            "day": { "type": "string", "format": "date" },
            "turns": count(),
            "tokens": count(),
            "costMicros": count()
        },
        "required": ["day", "turns", "tokens", "costMicros"]
    });
    json!({
        "type": "object",
        "properties": { "days": { "type": "array", "items": day } },
        "required": ["days"]
    })
}
