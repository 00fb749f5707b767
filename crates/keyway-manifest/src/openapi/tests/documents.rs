use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::openapi::wanted;

#[test]
fn references_lead_to_other_documents_and_back() {
    let document = document("3.1.0", json!({ "/a/{x}": { "$ref": "paths/a.yaml" } }));
    let at = "https://acme.example/api/openapi.yaml";
    let mut others: BTreeMap<String, Result<Value, String>> = BTreeMap::new();
    others.insert(
        "https://acme.example/api/paths/a.yaml".into(),
        Ok(json!({
            "parameters": [{ "$ref": "../shared.yaml#/parameters/~1x" }],
            "post": { "requestBody": { "required": true, "content": { "application/json": {
                "schema": { "$ref": "../shared.yaml#/schemas/Pet%20One" },
            } } } },
        })),
    );
    others.insert("https://acme.example/api/shared.yaml".into(), Ok(json!({
        "parameters": { "/x": { "name": "x", "in": "path", "required": true, "schema": { "type": "integer" } } },
        "schemas": { "Pet One": { "type": "object", "properties": { "friend": { "$ref": "#/schemas/Pet%20One" } } } },
    })));
    assert_eq!(
        wanted(&document, at).into_iter().collect::<Vec<_>>(),
        ["https://acme.example/api/paths/a.yaml"]
    );
    let imported = import(&document, at, &others, &options()).unwrap();
    assert!(imported.report.is_empty(), "{:?}", imported.report);
    let action = &imported.manifest["actions"]["acme:post-a-by-x"];
    assert_eq!(action["input"]["properties"]["x"]["type"], "integer");
    assert_eq!(
        action["http"]["body"],
        json!({ "friend": "{{ input.friend }}" })
    );
    assert!(action["input"]["$defs"]["Pet_One"].is_object(), "{action}");
}

#[test]
fn a_document_that_was_refused_is_told_where_it_is_missed() {
    let document = document(
        "3.1.0",
        json!({
            "/a": { "get": { "parameters": [{ "$ref": "http://10.0.0.1/p.json#/p" }] } },
            "/b": { "$ref": "http://10.0.0.1/b.json" },
        }),
    );
    let others: BTreeMap<_, _> = ["http://10.0.0.1/p.json", "http://10.0.0.1/b.json"]
        .map(|url| {
            (
                url.to_owned(),
                Err::<Value, _>("its address is private".to_owned()),
            )
        })
        .into();
    let report = import(&document, "https://acme.example/a", &others, &options())
        .unwrap()
        .report;
    let told: Vec<_> = report
        .iter()
        .map(|one| (one.place.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "/b",
                "`http://10.0.0.1/b.json` is not used: its address is private"
            ),
            (
                "GET /a",
                "a parameter: `http://10.0.0.1/p.json` is not used: its address is private"
            ),
        ]
    );
}

#[test]
fn only_references_are_wanted() {
    let document = json!({
        "components": { "schemas": { "a": { "properties": { "default": { "$ref": "b.json" } } } } },
        "example": { "$ref": "no.json" }, "x-other": { "$ref": "no.json" },
        "self": { "$ref": "openapi.json#/a" },
    });
    let found = wanted(&document, "file:///api/openapi.json");
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["file:///api/b.json"]
    );
}
