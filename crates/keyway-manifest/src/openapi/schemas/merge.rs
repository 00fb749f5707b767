use serde_json::{Map, Value, json};

use super::keywords::is_annotation;

/// One object schema that says what all of `parts` and `rest` say together; `None` where that cannot
/// be said in one.
pub(super) fn merge(parts: &[Value], rest: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut all: Vec<&Map<String, Value>> = Vec::new();
    for part in parts {
        all.push(part.as_object()?);
    }
    all.push(rest);
    if !all.iter().all(|part| is_plain_object(part)) {
        return None;
    }
    if !all.iter().any(|part| part.contains_key("properties")) {
        return None;
    }
    let mut properties: Map<String, Value> = Map::new();
    let mut required: Vec<&Value> = Vec::new();
    let mut merged = Map::new();
    merged.insert("type".into(), "object".into());
    for part in &all {
        for (name, schema) in part
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let both = match properties.get(name) {
                Some(before) if before != schema => json!({ "allOf": [before, schema] }),
                _ => schema.clone(),
            };
            properties.insert(name.clone(), both);
        }
        for name in part
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if !required.contains(&name) {
                required.push(name);
            }
        }
        for (key, value) in part.iter().filter(|(key, _)| is_annotation(key)) {
            if key != "title" || std::ptr::eq(*part, rest) {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    merged.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        merged.insert("required".into(), required.into_iter().cloned().collect());
    }
    Some(merged)
}

/// An object that says nothing but what its properties are, and leaves it open whether there are others.
fn is_plain_object(map: &Map<String, Value>) -> bool {
    map.iter().all(|(key, value)| match key.as_str() {
        "type" => value == "object" || value == &json!(["object", "null"]),
        "properties" | "required" => true,
        "additionalProperties" => value == &Value::Bool(true) || value == &json!({}),
        other => is_annotation(other),
    })
}
