use serde_json::{Map, Value};

/// The most places that are told.
const MOST: usize = 50;

/// Bounds of a value: without one, or with another, more may be valid.
const BOUNDS: [&str; 14] = [
    "enum",
    "const",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "maxItems",
    "minItems",
    "maxProperties",
    "propertyNames",
];

/// Where a schema takes what it did not take before, as far as that is seen from its keywords: as
/// pointers into it, each with what stands there now.
pub(super) fn widened(before: &Value, after: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&mut String::new(), before, after, &mut found);
    found
}

fn walk(path: &mut String, before: &Value, after: &Value, found: &mut Vec<(String, String)>) {
    if found.len() >= MOST || before == after {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        // `false` takes nothing, and `true` everything.
        if after == &Value::Bool(true) || before == &Value::Bool(false) {
            found.push((path.clone(), shown(after)));
        }
        return;
    };
    if looser_types(before, after) {
        add(path, "type", after, found);
    }
    for bound in BOUNDS {
        if let Some(was) = before.get(bound)
            && is_looser(bound, was, after.get(bound))
        {
            add(path, bound, after, found);
        }
    }
    let closed = |schema: &Map<String, Value>| {
        schema.get("additionalProperties") == Some(&Value::Bool(false))
    };
    if closed(before) && !closed(after) {
        add(path, "additionalProperties", after, found);
    }
    let required = |schema: &Map<String, Value>| match schema.get("required") {
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    let still = required(after);
    if required(before).iter().any(|name| !still.contains(name)) {
        add(path, "required", after, found);
    }
    for group in ["properties", "$defs", "definitions", "patternProperties"] {
        if let (Some(Value::Object(before)), Some(Value::Object(after))) =
            (before.get(group), after.get(group))
        {
            for (name, new) in after {
                if let Some(old) = before.get(name) {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    below(path, &format!("/{group}/{name}"), old, new, found);
                }
            }
        }
    }
    for keyword in ["items", "additionalProperties", "not"] {
        if let (Some(old @ Value::Object(_)), Some(new)) = (before.get(keyword), after.get(keyword))
        {
            below(path, &format!("/{keyword}"), old, new, found);
        }
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(options)) = after.get(keyword) {
            let had = before.get(keyword).and_then(Value::as_array);
            let is_new = |option| had.is_none_or(|had| !had.contains(option));
            if had.is_some() && options.iter().any(is_new) {
                add(path, keyword, after, found);
            }
        }
    }
}

fn below(
    path: &mut String,
    step: &str,
    old: &Value,
    new: &Value,
    found: &mut Vec<(String, String)>,
) {
    let length = path.len();
    path.push_str(step);
    walk(path, old, new, found);
    path.truncate(length);
}

fn looser_types(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let types = |schema: &Map<String, Value>| match schema.get("type") {
        Some(Value::Array(types)) => Some(types.clone()),
        Some(other) => Some(vec![other.clone()]),
        None => None,
    };
    match (types(before), types(after)) {
        (Some(_), None) => true,
        (Some(before), Some(after)) => after.iter().any(|one| !before.contains(one)),
        (None, _) => false,
    }
}

/// True when a bound lets more through than before; of patterns and formats, when it is another one.
fn is_looser(bound: &str, was: &Value, now: Option<&Value>) -> bool {
    let Some(now) = now else {
        return true;
    };
    match (bound, was, now) {
        ("enum", Value::Array(was), Value::Array(now)) => {
            now.iter().any(|value| !was.contains(value))
        }
        (bound, Value::Number(was), Value::Number(now)) => {
            let (was, now) = (was.as_f64(), now.as_f64());
            if bound.starts_with("min") || bound == "exclusiveMinimum" {
                now < was
            } else {
                now > was
            }
        }
        (_, was, now) => was != now,
    }
}

fn add(path: &str, keyword: &str, after: &Map<String, Value>, found: &mut Vec<(String, String)>) {
    let now = after.get(keyword).map(shown).unwrap_or_default();
    found.push((format!("{path}/{keyword}"), now));
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_takes_more_is_wider_and_what_takes_less_is_not() {
        let schema = |inner: Value| json!({ "type": "object", "properties": { "a": inner } });
        for (before, after, wider) in [
            (
                json!({"type":"string"}),
                json!({"type":["string","object"]}),
                true,
            ),
            (
                json!({"type":["string","object"]}),
                json!({"type":"string"}),
                false,
            ),
            (json!({"type":"string"}), json!({}), true),
            (json!({"enum":["a"]}), json!({"enum":["a","b"]}), true),
            (json!({"enum":["a","b"]}), json!({"enum":["a"]}), false),
            (json!({"maxLength":5}), json!({"maxLength":9}), true),
            (json!({"maxLength":9}), json!({"maxLength":5}), false),
            (json!({"minimum":5}), json!({"minimum":1}), true),
            (json!({"pattern":"^a$"}), json!({}), true),
            (json!({"additionalProperties":false}), json!({}), true),
            (json!({}), json!({"additionalProperties":false}), false),
            (json!({"required":["a"]}), json!({"required":[]}), true),
            (
                json!({"items":{"type":"string"}}),
                json!({"items":{}}),
                true,
            ),
            (
                json!({"description":"a"}),
                json!({"description":"b"}),
                false,
            ),
            (json!(false), json!({}), true),
        ] {
            let found = widened(&schema(before.clone()), &schema(after.clone()));
            assert_eq!(!found.is_empty(), wider, "{before} {after} {found:?}");
        }
    }
}
