//! Tools that ask with defaults (SEP-1034) and with every kind of choice (SEP-1330).

use keyway_core::action::{Action, Content};
use serde_json::{Value, json};

use super::asking::{ask, elicited, form};
use super::tool;

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool(
            "test_elicitation_sep1034_defaults",
            "Asks with defaults",
            |context, (): ()| async move {
                let request = form("Please review the defaults", &defaults(), &[]);
                let answer = ask(&context, "defaults", request).await?;
                Ok(Content::text(format!(
                    "Elicitation completed: {}",
                    elicited(&answer)
                )))
            },
        ),
        tool(
            "test_elicitation_sep1330_enums",
            "Asks with choices",
            |context, (): ()| async move {
                let request = form("Please choose", &choices(), &[]);
                let answer = ask(&context, "choices", request).await?;
                Ok(Content::text(format!(
                    "Elicitation completed: {}",
                    elicited(&answer)
                )))
            },
        ),
    ]
}

fn defaults() -> Value {
    json!({
        "name": { "type": "string", "description": "User name", "default": "John Doe" },
        "age": { "type": "integer", "description": "User age", "default": 30 },
        "score": { "type": "number", "description": "User score", "default": 95.5 },
        "status": {
            "type": "string",
            "description": "User status",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": { "type": "boolean", "description": "Verification status", "default": true },
    })
}

fn choices() -> Value {
    let plain = ["option1", "option2", "option3"];
    let titled = |noun: &str| {
        json!([
            { "const": "value1", "title": format!("First {noun}") },
            { "const": "value2", "title": format!("Second {noun}") },
            { "const": "value3", "title": format!("Third {noun}") },
        ])
    };
    json!({
        "untitledSingle": { "type": "string", "description": "Choose one", "enum": plain },
        "titledSingle": {
            "type": "string",
            "description": "Choose one by its title",
            "oneOf": titled("Option"),
        },
        "legacyEnum": {
            "type": "string",
            "description": "Choose one, the old way",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {
            "type": "array",
            "description": "Choose some",
            "minItems": 1,
            "maxItems": 3,
            "items": { "type": "string", "enum": plain },
        },
        "titledMulti": {
            "type": "array",
            "description": "Choose some by their titles",
            "minItems": 1,
            "maxItems": 3,
            "items": { "anyOf": titled("Choice") },
        },
    })
}
