//! Input that comes as text: variables of URI templates, arguments of prompts, flags.

use serde_json::Value;

use crate::rpc::RawJson;

/// Makes an input object out of names and texts. A text becomes a number, a truth value, an array
/// or an object where the schema wants one and the text reads as one; otherwise it stays a string,
/// and validation says what was expected.
///
/// ```
/// use keyway_core::action::input_from_text;
/// use serde_json::json;
///
/// let schema = json!({ "properties": { "page": { "type": ["integer", "null"] }, "q": { "type": "string" } } });
/// let input = input_from_text(&schema, [("page", "2"), ("q", "3")]);
/// assert_eq!(input.as_str(), r#"{"page":2,"q":"3"}"#);
/// ```
pub fn input_from_text<'a>(
    schema: &Value,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> RawJson {
    let mut input = serde_json::Map::new();
    for (name, text) in pairs {
        let property = property(schema, schema, name, 0);
        let value =
            property.map_or_else(|| text.into(), |property| convert(schema, property, text));
        input.insert(name.to_owned(), value);
    }
    RawJson::of(&input).unwrap_or_else(|_| RawJson::empty_object())
}

/// The schema of one property of an object schema, wherever among local references and
/// alternatives it stands.
pub(super) fn property<'a>(
    root: &'a Value,
    schema: &'a Value,
    name: &str,
    depth: usize,
) -> Option<&'a Value> {
    if depth > 8 {
        return None;
    }
    if let Some(found) = schema.get("properties").and_then(|all| all.get(name)) {
        return Some(found);
    }
    parts(root, schema).find_map(|part| property(root, part, name, depth + 1))
}

fn convert(root: &Value, schema: &Value, text: &str) -> Value {
    let mut types = Vec::new();
    collect_types(root, schema, 0, &mut types);
    if types.is_empty() || types.contains(&"string") {
        return text.into();
    }
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let fits = |value: &Value| match value {
        Value::Null => types.contains(&"null"),
        Value::Bool(_) => types.contains(&"boolean"),
        Value::Number(_) => types.contains(&"integer") || types.contains(&"number"),
        Value::Array(_) => types.contains(&"array"),
        Value::Object(_) => types.contains(&"object"),
        Value::String(_) => false,
    };
    parsed.filter(fits).unwrap_or_else(|| text.into())
}

fn collect_types<'a>(root: &'a Value, schema: &'a Value, depth: usize, types: &mut Vec<&'a str>) {
    if depth > 8 {
        return;
    }
    match schema.get("type") {
        Some(Value::String(one)) => types.push(one),
        Some(Value::Array(all)) => types.extend(all.iter().filter_map(Value::as_str)),
        _ => {}
    }
    let constants = schema.get("const").into_iter();
    let options = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    if constants.chain(options).any(Value::is_string) {
        types.push("string");
    }
    for part in parts(root, schema) {
        collect_types(root, part, depth + 1, types);
    }
}

/// What a schema is put together from: its local reference and its `allOf`, `anyOf`, `oneOf`.
pub(super) fn parts<'a>(root: &'a Value, schema: &'a Value) -> impl Iterator<Item = &'a Value> {
    let reference = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    let lists = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    reference.into_iter().chain(lists)
}
