use serde_json::{Value, json};

use super::*;

/// What becomes of a schema as the value of an input.
fn converted(version: &str, schema: Value) -> Value {
    let operation = json!({ "parameters": [{ "name": "q", "in": "query", "schema": schema }] });
    let action = action_of(version, "/a", "get", operation);
    action["input"]["properties"]["q"].clone()
}

/// The input of an operation whose body is the component `Root`.
fn input_of(version: &str, schemas: Value) -> Value {
    let mut document = document(
        version,
        json!({ "/a": { "post": {
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Root" },
        } } },
    } } }),
    );
    document["components"] = json!({ "schemas": schemas });
    imported(&document).manifest["actions"]["acme:post-a"]["input"].clone()
}

#[test]
fn what_3_0_says_is_said_in_2020_12() {
    for (from, to) in [
        (
            json!({ "type": "string", "nullable": true }),
            json!({ "type": ["string", "null"] }),
        ),
        (
            json!({ "type": "string", "nullable": true, "enum": ["a"] }),
            json!({ "type": ["string", "null"], "enum": ["a", null] }),
        ),
        (
            json!({ "nullable": true, "oneOf": [{ "type": "string" }, { "type": "integer" }] }),
            json!({ "anyOf": [{ "oneOf": [{ "type": "string" }, { "type": "integer" }] }, { "type": "null" }] }),
        ),
        (
            json!({ "type": "integer", "minimum": 1, "exclusiveMinimum": true }),
            json!({ "type": "integer", "exclusiveMinimum": 1 }),
        ),
        (
            json!({ "type": "integer", "maximum": 9, "exclusiveMaximum": false }),
            json!({ "type": "integer", "maximum": 9 }),
        ),
        (
            json!({ "type": "integer", "format": "int64", "example": 7, "x-go-type": "int", "xml": {} }),
            json!({ "type": "integer", "examples": [7] }),
        ),
    ] {
        assert_eq!(converted("3.0.3", from.clone()), to, "{from}");
    }
}

#[test]
fn what_3_1_says_stays() {
    let schema = json!({
        "type": ["object", "null"],
        "properties": { "default": { "type": "string" }, "enum": { "const": 1 } },
        "patternProperties": { "^x": { "type": "integer" } },
        "if": { "required": ["enum"] }, "then": { "required": ["default"] },
        "exclusiveMinimum": 2,
    });
    let mut kept = converted("3.1.0", schema.clone());
    let mut schema = schema;
    for value in [&mut kept, &mut schema] {
        value.as_object_mut().unwrap().sort_keys();
    }
    assert_eq!(kept, schema);
}

#[test]
fn parts_are_merged_where_that_says_the_same() {
    let merged = input_of(
        "3.0.3",
        json!({
            "Root": { "allOf": [
                { "$ref": "#/components/schemas/Base" },
                { "type": "object", "properties": { "b": { "type": "integer" } }, "required": ["b"] },
            ], "description": "Both" },
            "Base": { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] },
        }),
    );
    assert_eq!(
        merged["properties"],
        json!({ "a": { "type": "string" }, "b": { "type": "integer" } })
    );
    assert_eq!(merged["required"], json!(["a", "b"]));
    let closed = input_of(
        "3.0.3",
        json!({
            "Root": { "allOf": [
                { "type": "object", "properties": { "a": {} }, "additionalProperties": false },
                { "type": "object", "properties": { "b": {} } },
            ] },
        }),
    );
    assert!(closed["properties"]["body"]["allOf"].is_array(), "{closed}");
}

#[test]
fn discriminators_are_out_of_the_way() {
    let schema = converted(
        "3.0.3",
        json!({
            "oneOf": [{ "type": "string" }, { "type": "string" }],
            "discriminator": { "propertyName": "kind" },
        }),
    );
    assert_eq!(
        schema,
        json!({ "anyOf": [{ "type": "string" }, { "type": "string" }] })
    );
}

#[test]
fn a_circle_of_references_becomes_definitions() {
    let input = input_of(
        "3.1.0",
        json!({
            "Root": { "type": "object", "properties": { "tree": { "$ref": "#/components/schemas/Tree" } } },
            "Tree": { "type": "object", "properties": {
                "name": { "type": "string" },
                "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
            } },
        }),
    );
    assert_eq!(
        input["properties"]["tree"],
        json!({ "$ref": "#/$defs/Tree" })
    );
    assert_eq!(
        input["$defs"]["Tree"]["properties"]["children"]["items"],
        json!({ "$ref": "#/$defs/Tree" })
    );
    let schema = keyway_core::action::Schema::compile(&input).unwrap();
    assert!(
        schema
            .check(&json!({ "tree": { "children": [{ "name": "a" }] } }))
            .is_empty()
    );
    assert!(
        !schema
            .check(&json!({ "tree": { "children": [{ "name": 1 }] } }))
            .is_empty()
    );
}

#[test]
fn circles_without_an_end_do_no_harm() {
    for schemas in [
        json!({ "Root": { "$ref": "#/components/schemas/Root" } }),
        json!({ "Root": { "$ref": "#/components/schemas/B" }, "B": { "$ref": "#/components/schemas/Root" } }),
        json!({ "Root": { "allOf": [{ "$ref": "#/components/schemas/Root" }] } }),
        json!({ "Root": { "allOf": [{ "$ref": "#/components/schemas/B" }, { "properties": { "x": {} } }] },
                "B": { "allOf": [{ "$ref": "#/components/schemas/Root" }] } }),
    ] {
        let input = input_of("3.1.0", schemas);
        assert!(
            keyway_core::action::Schema::compile(&input).is_ok(),
            "{input}"
        );
    }
}

#[test]
fn a_small_or_single_reference_is_written_out() {
    let input = input_of(
        "3.1.0",
        json!({
            "Root": { "type": "object", "properties": {
                "one": { "$ref": "#/components/schemas/State", "description": "Now" },
                "two": { "$ref": "#/components/schemas/State" },
            } },
            "State": { "type": "string", "enum": ["on", "off"] },
        }),
    );
    assert_eq!(
        input["properties"]["one"],
        json!({ "type": "string", "enum": ["on", "off"], "description": "Now" })
    );
    assert_eq!(input.get("$defs"), None);
}

#[test]
fn what_cannot_be_used_is_left_open_and_told() {
    for (schema, reason) in [
        (
            json!({ "type": "string", "pattern": "(" }),
            "a pattern cannot be checked here and is left out",
        ),
        (
            json!({ "type": "file" }),
            "the keyword type has a value that it cannot have",
        ),
        (json!({ "$ref": "#/nowhere" }), "`#/nowhere` leads nowhere"),
        (
            json!({ "$dynamicRef": "#meta" }),
            "$dynamicRef is not followed",
        ),
        (json!({ "properties": { "a": 1 } }), "a schema is no object"),
    ] {
        let document = document(
            "3.1.0",
            json!({ "/a": { "get": {
            "parameters": [{ "name": "q", "in": "query", "schema": schema }],
        } } }),
        );
        assert_eq!(told(&document), [format!("Loosened GET /a: {reason}")]);
    }
}

#[test]
fn a_schema_without_end_is_cut_to_its_budget() {
    let properties: serde_json::Map<String, Value> = (0..400)
        .map(|n| (format!("property_{n}"), json!({ "type": "object", "description": "x".repeat(200), "properties": {
            "deep": { "type": "object", "properties": { "deeper": { "type": "string", "description": "y".repeat(200) } } },
        } })))
        .collect();
    let document = document(
        "3.1.0",
        json!({ "/a": { "get": { "responses": { "200": { "content": {
        "application/json": { "schema": { "type": "object", "properties": properties } },
    } } } } } }),
    );
    assert_eq!(
        told(&document),
        [
            "Loosened GET /a: the schema of the answer is larger than 12 KiB; its deepest parts are open"
        ]
    );
}
