//! Tools whose point is their input schema.

use keyway_core::action::{Action, Content};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::tool;

#[derive(Deserialize, JsonSchema)]
struct Region {
    /// The region to work in; intermediaries see it as a header.
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool(
            "json_schema_2020_12_tool",
            "Has a schema of the full vocabulary",
            |_, input: Value| async move { Ok(Content::text(format!("called with {input}"))) },
        )
        .input_schema_override(full_vocabulary()),
        tool(
            "test_header_parameter",
            "Has a parameter that travels as a header",
            |_, input: Region| async move { Ok(Content::text(format!("in {}", input.region))) },
        ),
    ]
}

fn full_vocabulary() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": {
            "properties": { "contactMethod": { "const": "phone" } },
            "required": ["contactMethod"],
        },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}
