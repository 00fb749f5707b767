use serde_json::json;

use super::*;
use crate::openapi::apply_overrides;

#[test]
fn overrides_are_put_over_every_import_anew() {
    let document = document("3.1.0", json!({ "/a": { "get": {}, "post": {} } }));
    let overrides = json!({
        "app": { "timeout": "10s" },
        "actions": { "acme:get-a": { "rename": "acme:look", "description": "Mine", "http": { "retries": 2 } }, "acme:post-a": { "drop": true } },
    });
    for _ in 0..2 {
        let mut manifest = imported(&document).manifest;
        assert!(
            apply_overrides(&mut manifest, "acme", &overrides)
                .unwrap()
                .is_empty()
        );
        let names: Vec<_> = manifest["actions"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["acme:look"]);
        let look = &manifest["actions"]["acme:look"];
        assert_eq!(
            (&look["description"], &look["http"]),
            (&json!("Mine"), &json!({ "url": "/a", "retries": 2 }))
        );
        assert_eq!(manifest["apps"]["acme"]["timeout"], "10s");
    }
}

#[test]
fn overrides_of_what_is_not_there_are_told() {
    let mut manifest = imported(&document("3.1.0", json!({ "/a": { "get": {} } }))).manifest;
    let overrides =
        json!({ "credential": { "title": "X" }, "actions": { "acme:gone": { "drop": true } } });
    let told = apply_overrides(&mut manifest, "acme", &overrides).unwrap();
    let places: Vec<_> = told.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["overrides: /credential", "overrides: acme:gone"]);
}

#[test]
fn bad_overrides_are_refused_and_say_where() {
    let manifest = imported(&document(
        "3.1.0",
        json!({ "/a": { "get": {}, "post": {} } }),
    ))
    .manifest;
    for (overrides, pointer) in [
        (json!([]), ""),
        (json!({ "action": {} }), "/action"),
        (
            json!({ "actions": { "acme:get-a": 1 } }),
            "/actions/acme:get-a",
        ),
        (
            json!({ "actions": { "acme:get-a": { "drop": 1 } } }),
            "/actions/acme:get-a/drop",
        ),
        (
            json!({ "actions": { "acme:get-a": { "rename": "Not A Slug" } } }),
            "/actions/acme:get-a/rename",
        ),
        (
            json!({ "actions": { "acme:post-a": { "rename": "acme:get-a" } } }),
            "/actions/acme:post-a",
        ),
    ] {
        let bad = apply_overrides(&mut manifest.clone(), "acme", &overrides).unwrap_err();
        assert_eq!(bad.pointer, pointer, "{bad}");
        assert!(!bad.to_string().contains("Not A Slug"));
    }
}
