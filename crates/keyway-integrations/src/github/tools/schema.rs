//! What tools take.

use serde_json::{Map, Value, json};

/// An object with these properties and no others. Where it acts can always be named.
pub(super) fn object(properties: Value, required: &[&str]) -> Value {
    let mut all = Map::new();
    all.insert(
        "repository".to_owned(),
        json!({
            "type": "string",
            "description": "`owner/name`. Leave it out for the repository of the event.",
            "maxLength": 165,
        }),
    );
    if let Value::Object(properties) = properties {
        all.extend(properties);
    }
    json!({
        "type": "object",
        "properties": all,
        "required": required,
        "additionalProperties": false,
    })
}

/// The number of an issue or a pull request.
pub(super) fn number() -> Value {
    json!({
        "type": "integer",
        "minimum": 1,
        "description": "Its number. Leave it out for the one of the event.",
    })
}

/// A text of so many characters at most.
pub(super) fn text(description: &str, most: usize) -> Value {
    json!({ "type": "string", "description": description, "minLength": 1, "maxLength": most })
}

/// Where to read on in something long.
pub(super) fn offset() -> Value {
    json!({
        "type": "integer",
        "minimum": 0,
        "description": "The character to begin at: `next` of the call before.",
    })
}

/// Names, each once.
pub(super) fn names(description: &str, most: usize) -> Value {
    json!({
        "type": "array",
        "items": { "type": "string", "minLength": 1, "maxLength": 100 },
        "maxItems": most,
        "uniqueItems": true,
        "description": description,
    })
}
