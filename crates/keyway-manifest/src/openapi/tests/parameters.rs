use serde_json::{Value, json};

use super::*;

fn get(path: &str, parameters: Value) -> Value {
    action_of("3.1.0", path, "get", json!({ "parameters": parameters }))
}

#[test]
fn each_place_gets_its_parameters() {
    let action = get(
        "/a/{id}",
        json!([
            { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
            { "name": "filter[state]", "in": "query", "schema": { "type": "string" }, "description": "Which" },
            { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
            { "name": "theme", "in": "cookie", "schema": { "type": "string" } },
        ]),
    );
    assert_eq!(
        action["http"],
        json!({
            "url": "/a/{{ input.id }}",
            "query": { "filter[state]": "{{ input.filter_state }}" },
            "headers": { "X-Trace": "{{ input.X_Trace }}" },
            "cookies": { "theme": "{{ input.theme }}" },
        })
    );
    assert_eq!(
        action["input"],
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "minLength": 1 },
                "filter_state": { "type": "string", "description": "Which" },
                "X_Trace": { "type": "string" },
                "theme": { "type": "string" },
            },
            "required": ["id"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn every_style_of_a_query_is_kept() {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let value = "{{ input.q }}";
    for (schema, style, explode, written) in [
        (&list, None, None, json!(value)),
        (&list, Some("form"), Some(true), json!(value)),
        (
            &list,
            Some("form"),
            Some(false),
            json!({ "value": value, "style": "form", "explode": false }),
        ),
        (
            &list,
            Some("spaceDelimited"),
            Some(false),
            json!({ "value": value, "style": "spaceDelimited" }),
        ),
        (
            &list,
            Some("pipeDelimited"),
            None,
            json!({ "value": value, "style": "pipeDelimited" }),
        ),
        (
            &object,
            Some("deepObject"),
            Some(true),
            json!({ "value": value, "style": "deepObject", "explode": true }),
        ),
        (
            &object,
            None,
            None,
            json!({ "value": value, "style": "form" }),
        ),
        (
            &object,
            Some("form"),
            Some(false),
            json!({ "value": value, "style": "form", "explode": false }),
        ),
        (
            &json!({ "type": "integer" }),
            Some("form"),
            Some(false),
            json!(value),
        ),
        (
            &json!({ "anyOf": [{ "type": "string" }, list] }),
            Some("form"),
            Some(false),
            json!({ "value": value, "style": "form", "explode": false }),
        ),
    ] {
        let mut parameter = json!({ "name": "q", "in": "query", "schema": schema });
        if let Some(style) = style {
            parameter["style"] = style.into();
        }
        if let Some(explode) = explode {
            parameter["explode"] = explode.into();
        }
        let action = get("/a", json!([parameter]));
        assert_eq!(action["http"]["query"]["q"], written, "{parameter}");
    }
}

#[test]
fn a_parameter_with_content_is_json() {
    let action = get(
        "/a",
        json!([{ "name": "where", "in": "query", "content": { "application/json": { "schema": { "type": "object" } } } }]),
    );
    assert_eq!(
        action["http"]["query"]["where"],
        json!({ "value": "{{ input.where }}", "style": "json" })
    );
}

#[test]
fn headers_and_paths_take_lists() {
    let list = json!({ "type": "array", "items": { "type": "integer" } });
    let action = get(
        "/a/{ids}",
        json!([
            { "name": "ids", "in": "path", "required": true, "schema": list },
            { "name": "X-Ids", "in": "header", "schema": list },
        ]),
    );
    assert_eq!(action["http"]["url"], "/a/{{ input.ids | join(\",\") }}");
    assert_eq!(
        action["http"]["headers"]["X-Ids"],
        json!({ "value": "{{ input.X_Ids }}", "style": "simple" })
    );
}

#[test]
fn labels_and_matrices_are_written_into_the_path() {
    for (style, url) in [
        ("label", "/a/.{{ input.id }}"),
        ("matrix", "/a/;id={{ input.id }}"),
    ] {
        let action = get(
            "/a/{id}",
            json!([
                { "name": "id", "in": "path", "required": true, "style": style, "schema": { "type": "string" } },
            ]),
        );
        assert_eq!(action["http"]["url"], url);
    }
}

#[test]
fn an_object_in_the_path_makes_no_action_and_is_told() {
    let document = document(
        "3.1.0",
        json!({ "/a/{id}": { "get": { "parameters": [
        { "name": "id", "in": "path", "required": true, "schema": { "type": "object" } },
    ] } } }),
    );
    assert_eq!(imported(&document).manifest["actions"], json!({}));
    assert_eq!(
        told(&document),
        [
            "Missing GET /a/{id}: the parameter `id` is an object in the path",
            "Missing GET /a/{id}: there is no action for it",
        ]
    );
}

#[test]
fn inputs_of_one_name_are_told_apart() {
    let action = action_of(
        "3.1.0",
        "/a/{id}",
        "put",
        json!({
            "parameters": [
                { "name": "id", "in": "query", "schema": { "type": "string" } },
                { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object", "properties": { "id": { "type": "integer" }, "name": { "type": "string" } },
            } } } },
        }),
    );
    assert_eq!(action["http"]["url"], "/a/{{ input.id }}");
    assert_eq!(
        action["http"]["query"],
        json!({ "id": "{{ input.query_id }}" })
    );
    assert_eq!(
        action["http"]["body"],
        json!({ "id": "{{ input.body_id }}", "name": "{{ input.name }}" })
    );
    assert_eq!(action["idempotent"], true);
}

#[test]
fn what_can_only_be_one_thing_is_no_input() {
    let action = get(
        "/a",
        json!([
            { "name": "v", "in": "query", "required": true, "schema": { "const": 2 } },
            { "name": "X-Version", "in": "header", "required": true, "schema": { "type": "string", "enum": ["2026"] } },
            { "name": "maybe", "in": "query", "schema": { "type": "string", "enum": ["yes"] } },
        ]),
    );
    assert_eq!(
        action["http"]["query"],
        json!({ "v": "2", "maybe": "{{ input.maybe }}" })
    );
    assert_eq!(action["http"]["headers"], json!({ "X-Version": "2026" }));
}

#[test]
fn an_operation_s_parameter_stands_over_the_path_s() {
    let document = document(
        "3.1.0",
        json!({ "/a/{id}": {
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "get": { "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }] },
    } }),
    );
    let manifest = imported(&document).manifest;
    assert_eq!(
        manifest["actions"]["acme:get-a-by-id"]["input"]["properties"]["id"]["type"],
        "integer"
    );
}

#[test]
fn a_parameter_of_the_path_that_nobody_declares_is_text() {
    let document = document("3.1.0", json!({ "/a/{id}": { "get": {} } }));
    assert_eq!(
        told(&document),
        ["Noted GET /a/{id}: the parameter `id` of the path is not declared"]
    );
    let input = &imported(&document).manifest["actions"]["acme:get-a-by-id"]["input"];
    assert_eq!(input["required"], json!(["id"]));
}

#[test]
fn headers_that_say_how_a_message_is_sent_are_no_inputs() {
    let action = get(
        "/a",
        json!([
            { "name": "Content-Type", "in": "header", "schema": { "type": "string" } },
            { "name": "Host", "in": "header", "schema": { "type": "string" } },
            { "name": "Accept", "in": "header", "schema": { "type": "string" } },
        ]),
    );
    assert_eq!(action.get("input"), None);
    assert_eq!(action["http"], json!({ "url": "/a" }));
}

#[test]
fn what_no_style_can_write_is_told_and_not_asked_for() {
    let inner = json!({ "type": "array", "items": { "type": "string" } });
    let nested = json!({ "type": "object", "properties": { "all": inner } });
    let document = document(
        "3.1.0",
        json!({ "/a": { "get": { "parameters": [
            { "name": "X-All", "in": "header", "schema": nested },
            { "name": "rows", "in": "query", "schema": { "type": "array", "items": nested } },
            { "name": "deep", "in": "query", "style": "deepObject", "schema": nested },
        ] } } }),
    );
    assert_eq!(
        told(&document),
        [
            "Missing GET /a: the parameter `rows` holds more than its style can write",
            "Missing GET /a: the parameter `X-All` holds more than its style can write",
        ]
    );
    let input = &imported(&document).manifest["actions"]["acme:get-a"]["input"];
    assert_eq!(input["properties"].as_object().unwrap().len(), 1);
}
