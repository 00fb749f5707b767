use serde_json::{Value, json};

use super::*;

fn body(media: &str, required: bool, schema: Value) -> Value {
    json!({ "requestBody": { "required": required, "content": { media: { "schema": schema } } } })
}

#[test]
fn a_small_object_becomes_inputs() {
    let action = action(body(
        "application/json",
        true,
        json!({
            "type": "object",
            "properties": { "title": { "type": "string" }, "due date": { "type": "string", "format": "date" } },
            "required": ["title"],
        }),
    ));
    assert_eq!(
        action["http"],
        json!({
            "method": "POST",
            "url": "/things",
            "body": { "title": "{{ input.title }}", "due date": "{{ input.due_date }}" },
        })
    );
    assert_eq!(action["input"]["required"], json!(["title"]));
}

#[test]
fn what_is_not_small_or_not_plain_stays_a_body() {
    let many: serde_json::Map<String, Value> =
        (0..40).map(|n| (format!("p{n}"), json!({}))).collect();
    for (required, schema) in [
        (true, json!({ "type": "object", "properties": many })),
        (
            true,
            json!({ "type": "array", "items": { "type": "string" } }),
        ),
        (
            true,
            json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": { "type": "string" } }),
        ),
        (
            true,
            json!({ "oneOf": [{ "type": "string" }, { "type": "object" }] }),
        ),
        (
            false,
            json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }),
        ),
        (
            true,
            json!({ "type": "object", "properties": { "a": {} }, "required": ["b"] }),
        ),
    ] {
        let action = action(body("application/json", required, schema.clone()));
        assert_eq!(action["http"]["body"], "{{ input.body }}", "{schema}");
        assert_eq!(action["input"].get("required").is_some(), required);
    }
}

#[test]
fn a_form_writes_each_field_in_its_style() {
    let mut operation = body(
        "application/x-www-form-urlencoded",
        true,
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "address": { "type": "object" },
                "meta": { "type": "object" },
            },
            "required": ["name"],
        }),
    );
    operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["encoding"] =
        json!({ "address": { "style": "deepObject", "explode": true } });
    let action = action(operation);
    assert_eq!(
        action["http"]["form"],
        json!({
            "name": "{{ input.name }}",
            "tags": "{{ input.tags }}",
            "address": { "value": "{{ input.address }}", "style": "deepObject", "explode": true },
            "meta": { "value": "{{ input.meta }}", "style": "json" },
        })
    );
    assert_eq!(action["input"]["required"], json!(["name"]));
}

#[test]
fn text_and_patches_keep_their_media_type() {
    let text = action(body("text/markdown", true, json!({ "type": "string" })));
    assert_eq!(text["http"]["text"], "{{ input.body }}");
    assert_eq!(text["http"]["media_type"], "text/markdown");
    let patch = action(body(
        "application/merge-patch+json",
        true,
        json!({ "type": "object" }),
    ));
    assert_eq!(patch["http"]["media_type"], "application/merge-patch+json");
    assert_eq!(patch["http"]["body"], "{{ input.body }}");
}

#[test]
fn json_is_taken_before_a_form_and_a_form_before_files() {
    let action = action(json!({ "requestBody": { "required": true, "content": {
        "multipart/form-data": { "schema": { "type": "object" } },
        "application/x-www-form-urlencoded": { "schema": { "type": "object" } },
        "application/json": { "schema": { "type": "array" } },
    } } }));
    assert_eq!(action["http"]["body"], "{{ input.body }}");
}

#[test]
fn a_body_that_cannot_be_sent_is_told() {
    let with = |required| {
        document(
            "3.1.0",
            json!({ "/a": { "post": body("multipart/form-data", required, json!({})) } }),
        )
    };
    assert_eq!(
        told(&with(true)),
        [
            "Missing POST /a: a body of `multipart/form-data` is not sent",
            "Missing POST /a: there is no action for it",
        ]
    );
    assert_eq!(
        told(&with(false)),
        ["Missing POST /a: a body of `multipart/form-data` is not sent"]
    );
    assert!(imported(&with(false)).manifest["actions"]["acme:post-a"].is_object());
}

#[test]
fn what_only_the_service_writes_is_no_input() {
    let action = action(body(
        "application/json",
        true,
        json!({
            "type": "object",
            "properties": { "id": { "type": "string", "readOnly": true }, "name": { "type": "string" } },
            "required": ["id", "name"],
        }),
    ));
    assert_eq!(
        action["http"]["body"],
        json!({ "name": "{{ input.name }}" })
    );
    assert_eq!(action["input"]["required"], json!(["name"]));
}

#[test]
fn the_answer_becomes_the_output() {
    let answer = |responses: Value| action(json!({ "responses": responses }));
    let of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let json_and_error = answer(json!({
        "201": { "content": of(object.clone()) },
        "404": { "content": of(json!({ "type": "string" })) },
    }));
    let told = json!({ "type": "object", "properties": { "a": { "type": ["string", "null"] } } });
    assert_eq!(json_and_error["output"], told);
    let text = answer(json!({ "200": { "content": { "text/plain": {} } } }));
    assert_eq!(text["result"], json!({ "text": true }));
    assert_eq!(text["http"]["headers"]["Accept"], "text/plain");
    let nothing = answer(json!({ "204": {}, "200": { "content": of(object.clone()) } }));
    assert_eq!(nothing.get("output"), None);
    let two = answer(
        json!({ "200": { "content": of(object.clone()) }, "202": { "content": of(json!({ "type": "null" })) } }),
    );
    assert_eq!(
        two["output"],
        json!({ "anyOf": [{ "type": ["object", "null"], "properties": told["properties"] }, { "type": "null" }] })
    );
}
