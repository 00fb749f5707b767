//! Documents that nobody meant.

use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// The words that mean something in a document, so that chance makes documents rather than noise.
const WORDS: &[&str] = &[
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "required",
    "type",
    "enum",
    "const",
    "nullable",
    "pattern",
    "schema",
    "content",
    "application/json",
    "in",
    "name",
    "parameters",
    "requestBody",
    "responses",
    "200",
    "get",
    "post",
    "put",
    "security",
    "style",
    "explode",
    "discriminator",
    "minimum",
    "exclusiveMinimum",
    "servers",
    "url",
    "variables",
    "default",
    "encoding",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "operationId",
    "tags",
    "deprecated",
];

const TEXTS: &[&str] = &[
    "#/components/schemas/A",
    "#/components/schemas/B",
    "#/",
    "#",
    "other.json",
    "#/paths/~1a/post",
    "object",
    "string",
    "array",
    "null",
    "path",
    "query",
    "header",
    "cookie",
    "id",
    "form",
    "deepObject",
    "{{ input.id }}",
    "(",
    "https://{a}.example",
    "",
    "é\u{0}\n",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let word = proptest::sample::select(WORDS).prop_map(str::to_owned);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            hash_map(word, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn no_document_does_harm(a in any_value(), b in any_value(), operation in any_value(), item in any_value()) {
        for version in ["3.0.3", "3.1.0"] {
            let mut document = document(version, json!({
                "/a/{id}": { "post": operation, "parameters": item },
                "/b": item,
            }));
            document["components"] = json!({ "schemas": { "A": a, "B": b }, "securitySchemes": { "s": b } });
            let Ok(imported) = import(&document, "file:///a.json", &Alone, &options()) else {
                continue;
            };
            sound(&imported.manifest);
            for (slug, action) in imported.manifest["actions"].as_object().unwrap() {
                prop_assert!(keyway_core::names::ACTION_SLUG.allows(slug));
                for key in ["input", "output"] {
                    if let Some(schema) = action.get(key) {
                        prop_assert!(keyway_core::action::Schema::compile(schema).is_ok(), "{}", schema);
                    }
                }
            }
        }
    }
}

#[test]
fn a_document_that_grows_when_it_is_read_is_bounded() {
    let mut schemas = Map::new();
    for level in 0..40 {
        let below = format!("#/components/schemas/L{}", level + 1);
        let properties: Map<String, Value> = (0..8)
            .map(|n| (format!("p{n}"), json!({ "$ref": below })))
            .collect();
        let parts = json!([{ "$ref": below }, { "type": "object", "properties": properties }, { "$ref": below }]);
        schemas.insert(format!("L{level}"), json!({ "allOf": parts }));
    }
    schemas.insert(
        "L40".into(),
        json!({ "type": "object", "properties": { "end": { "type": "string" } } }),
    );
    let of = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/L0" } } });
    let mut document = document(
        "3.1.0",
        json!({ "/a": { "post": {
        "requestBody": { "required": true, "content": of }, "responses": { "200": { "content": of } },
    } } }),
    );
    document["components"] = json!({ "schemas": schemas });
    let text = imported(&document).manifest.to_string();
    assert!(text.len() < 128 << 10, "{} bytes", text.len());
}
