//! Where schemas stand in a schema (JSON Schema 2020-12, sections 10 and 11).

use serde_json::{Map, Value};

/// Keywords whose value is a schema.
pub(super) const ONE: &[&str] = &[
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value is a list of schemas.
pub(super) const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords whose value names schemas.
pub(super) const NAMED: &[&str] = &["dependentSchemas", "patternProperties", "properties"];

/// True for a member that holds data: a `$ref` in there is not a reference.
pub(super) fn is_data(key: &str, value: &Value) -> bool {
    match key {
        "const" | "default" | "enum" | "example" => true,
        "examples" => value.is_array(),
        _ => key.starts_with("x-"),
    }
}

/// Visits the schemas directly below a schema.
pub(super) fn each<'a>(schema: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    let Some(map) = schema.as_object() else {
        return;
    };
    for (keyword, value) in map {
        let keyword = keyword.as_str();
        match value {
            Value::Array(all) if LIST.contains(&keyword) => all.iter().for_each(&mut *visit),
            Value::Object(named) if NAMED.contains(&keyword) => {
                named.values().for_each(&mut *visit);
            }
            _ if ONE.contains(&keyword) => visit(value),
            _ => {}
        }
    }
}

/// Visits the schemas directly below a schema, to change them.
pub(super) fn each_mut(map: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Value)) {
    for (keyword, value) in map.iter_mut() {
        let keyword = keyword.as_str();
        match value {
            Value::Array(all) if LIST.contains(&keyword) => all.iter_mut().for_each(&mut *visit),
            Value::Object(named) if NAMED.contains(&keyword) => {
                named.values_mut().for_each(&mut *visit);
            }
            value if ONE.contains(&keyword) => visit(value),
            _ => {}
        }
    }
}
