//! Input that comes as text: variables of URI templates, arguments of prompts, flags.

use serde_json::Value;

use crate::json::quote;
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
    let members = pairs
        .into_iter()
        .map(|(name, text)| (name, json_of(schema, name, text)));
    object(members)
}

/// An object of names and JSON texts. Of a name that comes twice the last one counts.
pub(super) fn object<'a>(members: impl Iterator<Item = (&'a str, String)>) -> RawJson {
    let mut all: Vec<(&str, String)> = Vec::new();
    for (name, json) in members {
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some((_, before)) => *before = json,
            None => all.push((name, json)),
        }
    }
    let members: Vec<_> = all
        .iter()
        .map(|(name, json)| format!("{}:{json}", quote(name)))
        .collect();
    RawJson::written(format!("{{{}}}", members.join(",")))
}

/// The JSON that a text stands for as the value of one property. A number keeps its digits.
pub(super) fn json_of(schema: &Value, name: &str, text: &str) -> String {
    match property(schema, schema, name, 0) {
        Some(property) => json_as(schema, property, text),
        None => quote(text),
    }
}

/// The same where the schema of the value is known.
pub(super) fn json_as(root: &Value, schema: &Value, text: &str) -> String {
    if is_meant(root, schema, text) {
        text.to_owned()
    } else {
        quote(text)
    }
}

/// True where the schema wants an array and no text.
pub(super) fn wants_many(root: &Value, schema: &Value) -> bool {
    let mut types = Vec::new();
    collect_types(root, schema, 0, &mut types);
    types.contains(&"array") && !types.contains(&"string")
}

/// The schema of the items of an array, wherever among local references and alternatives it stands.
pub(super) fn items<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    items_within(root, schema, 0)
}

fn items_within<'a>(root: &'a Value, schema: &'a Value, depth: usize) -> Option<&'a Value> {
    if depth > 8 {
        return None;
    }
    let own = schema.get("items");
    own.or_else(|| parts(root, schema).find_map(|part| items_within(root, part, depth + 1)))
}

/// The names of the properties of an object schema, wherever among local references and
/// alternatives they stand; each once.
pub(super) fn property_names(schema: &Value) -> Vec<String> {
    let mut names = Vec::new();
    collect_names(schema, schema, 0, &mut names);
    names
}

fn collect_names(root: &Value, schema: &Value, depth: usize, names: &mut Vec<String>) {
    if depth > 8 {
        return;
    }
    let own = schema.get("properties").and_then(Value::as_object);
    for name in own.into_iter().flat_map(serde_json::Map::keys) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    for part in parts(root, schema) {
        collect_names(root, part, depth + 1, names);
    }
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

/// True when the text is to be read as JSON: the schema wants no string, and it is what it wants.
fn is_meant(root: &Value, schema: &Value, text: &str) -> bool {
    let mut types = Vec::new();
    collect_types(root, schema, 0, &mut types);
    if types.is_empty() || types.contains(&"string") {
        return false;
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => types.contains(&"null"),
        Ok(Value::Bool(_)) => types.contains(&"boolean"),
        Ok(Value::Number(_)) => types.contains(&"integer") || types.contains(&"number"),
        Ok(Value::Array(_)) => types.contains(&"array"),
        Ok(Value::Object(_)) => types.contains(&"object"),
        Ok(Value::String(_)) | Err(_) => false,
    }
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
