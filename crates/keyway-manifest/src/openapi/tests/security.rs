use serde_json::{Value, json};

use super::*;
use crate::openapi::Auth;

fn secured(schemes: Value, security: Value, paths: Value) -> Value {
    let mut document = document("3.1.0", paths);
    document["components"] = json!({ "securitySchemes": schemes });
    document["security"] = security;
    document
}

#[test]
fn each_scheme_becomes_fields_and_a_place() {
    for (scheme, fields, sent) in [
        (
            json!({ "type": "apiKey", "in": "header", "name": "X-Key" }),
            vec!["apiKey"],
            json!({ "headers": { "X-Key": "{{ credentials.acme.apiKey }}" } }),
        ),
        (
            json!({ "type": "apiKey", "in": "query", "name": "key" }),
            vec!["apiKey"],
            json!({ "query": { "key": "{{ credentials.acme.apiKey }}" } }),
        ),
        (
            json!({ "type": "apiKey", "in": "cookie", "name": "sid" }),
            vec!["apiKey"],
            json!({ "cookies": { "sid": "{{ credentials.acme.apiKey }}" } }),
        ),
        (
            json!({ "type": "http", "scheme": "Bearer" }),
            vec!["token"],
            json!({ "headers": { "Authorization": "Bearer {{ credentials.acme.token }}" } }),
        ),
        (
            json!({ "type": "http", "scheme": "basic" }),
            vec!["username", "password"],
            json!({ "headers": { "Authorization":
                "Basic {{ (credentials.acme.username ~ \":\" ~ credentials.acme.password) | base64 }}" } }),
        ),
        (
            json!({ "type": "oauth2", "flows": {} }),
            vec!["accessToken"],
            json!({ "headers": { "Authorization": "Bearer {{ credentials.acme.accessToken }}" } }),
        ),
        (
            json!({ "type": "openIdConnect", "openIdConnectUrl": "https://a.example" }),
            vec!["accessToken"],
            json!({ "headers": { "Authorization": "Bearer {{ credentials.acme.accessToken }}" } }),
        ),
    ] {
        let document = secured(
            json!({ "s": scheme }),
            json!([{ "s": [] }]),
            json!({ "/a": { "get": {} } }),
        );
        let manifest = imported(&document).manifest;
        let named = manifest["credentials"]["acme"]["fields"]
            .as_object()
            .unwrap();
        assert_eq!(named.keys().collect::<Vec<_>>(), fields);
        for (place, value) in sent.as_object().unwrap() {
            assert_eq!(&manifest["apps"]["acme"][place], value);
        }
    }
}

#[test]
fn the_model_never_sees_a_key() {
    let document = secured(
        json!({ "s": { "type": "apiKey", "in": "header", "name": "X-Custom" } }),
        json!([{ "s": [] }]),
        json!({ "/a": { "get": { "parameters": [
            { "name": "x-custom", "in": "header", "required": true, "schema": { "type": "string" } },
            { "name": "Authorization", "in": "header", "schema": { "type": "string" } },
            { "name": "api_key", "in": "query", "required": true, "schema": { "type": "string" } },
            { "name": "q", "in": "query", "schema": { "type": "string" } },
        ] } } }),
    );
    let manifest = imported(&document).manifest;
    let action = &manifest["actions"]["acme:get-a"];
    let inputs: Vec<_> = action["input"]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(inputs, ["q"]);
    assert_eq!(
        action["http"]["query"]["api_key"],
        "{{ credentials.acme.apiKey }}"
    );
}

#[test]
fn what_most_operations_accept_is_sent_with_all() {
    let document = secured(
        json!({
            "oauth": { "type": "oauth2", "flows": {} },
            "pat": { "type": "http", "scheme": "bearer" },
            "admin": { "type": "apiKey", "in": "header", "name": "X-Admin" },
        }),
        json!([{ "oauth": [] }, { "pat": [] }]),
        json!({
            "/a": { "get": {} },
            "/b": { "get": { "security": [] } },
            "/c": { "get": { "security": [{ "admin": [] }] } },
        }),
    );
    let manifest = imported(&document).manifest;
    assert_eq!(
        manifest["apps"]["acme"]["headers"],
        json!({ "Authorization": "Bearer {{ credentials.acme.token }}" })
    );
    assert_eq!(
        manifest["actions"]["acme:get-c"]["http"]["headers"],
        json!({ "X-Admin": "{{ credentials.acme.apiKey }}" })
    );
    assert_eq!(
        manifest["credentials"]["acme"]["fields"]["apiKey"]["required"],
        false
    );
    assert_eq!(
        told(&document),
        ["Noted GET /c: it needs `admin` besides what the others need"]
    );
}

#[test]
fn a_scheme_that_no_field_carries_is_told() {
    let document = secured(
        json!({ "s": { "type": "mutualTLS" } }),
        json!([{ "s": [] }]),
        json!({ "/a": { "get": {} } }),
    );
    assert_eq!(
        told(&document),
        [
            "Missing /components/securitySchemes/s: the type `mutualTLS` is not carried by a credential",
        ]
    );
    assert_eq!(
        imported(&document).manifest["apps"]["acme"]["credential"],
        "none"
    );
}

#[test]
fn the_operator_says_what_a_document_does_not() {
    let document = document(
        "3.1.0",
        json!({ "/a": { "get": { "parameters": [
        { "name": "access_token", "in": "query", "schema": { "type": "string" } },
    ] } } }),
    );
    let with = |auth: Auth| {
        let options = Options {
            auth: Some(auth),
            ..options()
        };
        import(&document, "file:///a.json", &Alone, &options)
            .unwrap()
            .manifest
    };
    let manifest = with(Auth::Bearer);
    assert_eq!(
        manifest["apps"]["acme"]["headers"]["Authorization"],
        "Bearer {{ credentials.acme.token }}"
    );
    assert_eq!(
        manifest["actions"]["acme:get-a"]["http"],
        json!({ "url": "/a" })
    );
    assert_eq!(with(Auth::None)["apps"]["acme"]["credential"], "none");
}
