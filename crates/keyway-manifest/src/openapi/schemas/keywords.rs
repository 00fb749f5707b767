use serde_json::{Map, Value, json};

/// The most bytes of an example that a model is shown.
const MAX_EXAMPLE: usize = 120;
/// The most characters of a description.
const MAX_DESCRIPTION: usize = 1_000;

/// Formats of the 2020-12 vocabulary; others say how a number is stored, or nothing.
const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "time",
    "uri",
    "uuid",
];

const TYPES: &[&str] = &[
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// Keywords that restrict nothing.
const ANNOTATIONS: &[&str] = &[
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

pub(super) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword)
}

/// True for a keyword that was not taken because of its value.
pub(super) fn is_wrong(keyword: &str) -> bool {
    matches!(
        keyword,
        "type"
            | "enum"
            | "multipleOf"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "minProperties"
            | "maxProperties"
            | "uniqueItems"
    )
}

/// A keyword that has no schema in it, as it is in 2020-12; `None` for what means nothing there.
pub(super) fn plain(keyword: &str, value: &Value) -> Option<(&'static str, Value)> {
    let same = |name: &'static str, good: bool| good.then(|| (name, value.clone()));
    match keyword {
        "type" => Some(("type", kinds(value)?)),
        "title" => same("title", value.is_string()),
        "description" => Some((
            "description",
            shortened(value.as_str()?, MAX_DESCRIPTION).into(),
        )),
        "enum" => same("enum", value.as_array().is_some_and(|all| !all.is_empty())),
        "const" => same("const", true),
        "default" => same("default", true),
        "deprecated" => same("deprecated", value == &Value::Bool(true)),
        "writeOnly" => same("writeOnly", value == &Value::Bool(true)),
        "uniqueItems" => same("uniqueItems", value.is_boolean()),
        "format" => same(
            "format",
            value.as_str().is_some_and(|name| FORMATS.contains(&name)),
        ),
        "contentEncoding" => same("contentEncoding", value.is_string()),
        "contentMediaType" => same("contentMediaType", value.is_string()),
        "example" => {
            let short = value.to_string().len() <= MAX_EXAMPLE && !value.is_null();
            short.then(|| ("examples", json!([value])))
        }
        "examples" => {
            let short = value.is_array() && value.to_string().len() <= MAX_EXAMPLE;
            same("examples", short)
        }
        "multipleOf" => same(
            "multipleOf",
            value.as_f64().is_some_and(|number| number > 0.0),
        ),
        "minLength" => same("minLength", value.is_u64()),
        "maxLength" => same("maxLength", value.is_u64()),
        "minItems" => same("minItems", value.is_u64()),
        "maxItems" => same("maxItems", value.is_u64()),
        "minContains" => same("minContains", value.is_u64()),
        "maxContains" => same("maxContains", value.is_u64()),
        "minProperties" => same("minProperties", value.is_u64()),
        "maxProperties" => same("maxProperties", value.is_u64()),
        "dependentRequired" => same("dependentRequired", is_dependencies(value)),
        _ => None,
    }
}

fn is_dependencies(value: &Value) -> bool {
    let texts = |all: &Value| {
        all.as_array()
            .is_some_and(|all| all.iter().all(Value::is_string))
    };
    value.as_object().is_some_and(|map| map.values().all(texts))
}

fn kinds(value: &Value) -> Option<Value> {
    let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    match value {
        Value::String(_) => known(value).then(|| value.clone()),
        Value::Array(all) => {
            let mut kinds: Vec<&Value> = Vec::new();
            for kind in all.iter().filter(|kind| known(kind)) {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            match kinds.as_slice() {
                [] => None,
                [one] => Some((*one).clone()),
                _ => Some(kinds.into_iter().cloned().collect()),
            }
        }
        _ => None,
    }
}

/// `minimum` and its kin: in 3.0 `exclusiveMinimum` is a boolean about `minimum`.
pub(super) fn bounds(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (bound, exclusive) in [
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ] {
        let limit = map.get(bound).filter(|limit| limit.is_number());
        match (limit, map.get(exclusive)) {
            (Some(limit), Some(Value::Bool(true))) => {
                out.insert(exclusive.into(), limit.clone());
            }
            (limit, exclusively) => {
                if let Some(limit) = limit {
                    out.insert(bound.into(), limit.clone());
                }
                if let Some(limit) = exclusively.filter(|limit| limit.is_number()) {
                    out.insert(exclusive.into(), limit.clone());
                }
            }
        }
    }
}

/// What `nullable: true` of 3.0 means.
pub(super) fn nullable(map: &mut Map<String, Value>) {
    if let Some(Value::Array(all)) = map.get_mut("enum")
        && !all.contains(&Value::Null)
    {
        all.push(Value::Null);
    }
    nullable_type(map);
    let combined: Vec<&str> = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter(|keyword| map.contains_key(*keyword))
        .collect();
    if combined.is_empty() {
        return;
    }
    let mut inner = Map::new();
    for keyword in combined {
        inner.extend(map.remove_entry(keyword));
    }
    map.insert("anyOf".into(), json!([inner, { "type": "null" }]));
}

/// Lets null be one of the types.
fn nullable_type(map: &mut Map<String, Value>) {
    match map.get_mut("type") {
        Some(Value::Array(kinds)) if !kinds.iter().any(|kind| kind == "null") => {
            kinds.push("null".into());
        }
        Some(kind @ Value::String(_)) if kind != "null" => {
            *kind = json!([kind.clone(), "null"]);
        }
        _ => {}
    }
}

/// `oneOf` as `anyOf`: what kept its schemas apart is not in them (a discriminator), or is not ours to
/// hold a service to.
pub(super) fn any_instead_of_one(map: &mut Map<String, Value>) {
    if map.contains_key("anyOf") {
        return;
    }
    if let Some(all) = map.remove("oneOf") {
        map.insert("anyOf".into(), all);
    }
}

/// Keywords that say what a value may be beyond its shape.
const RESTRICTIONS: &[&str] = &[
    "const",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "pattern",
    "propertyNames",
    "required",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// A schema that tells the shape of an answer and refuses little: documents are often wrong about what is
/// always there, about what may be null and about which values there are, and an answer that is not as
/// its schema says would be lost.
pub(super) fn described(map: &mut Map<String, Value>) {
    let values = match (map.get("enum"), map.get("const")) {
        (Some(values), _) => Some(values.clone()),
        (None, Some(value)) => Some(json!([value])),
        (None, None) => None,
    };
    map.retain(|key, value| {
        let closes = key == "additionalProperties" && value == &Value::Bool(false);
        !closes && !RESTRICTIONS.contains(&key.as_str())
    });
    if let Some(values) = values
        && values.to_string().len() <= MAX_EXAMPLE
    {
        map.entry("examples").or_insert(values);
    }
    if map.contains_key("type") {
        nullable_type(map);
    }
}

/// A text that is not longer than so many characters, cut between words.
pub(in super::super) fn shortened(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let head = text.get(..end).unwrap_or_default();
    let cut = head.rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", head.get(..cut).unwrap_or_default().trim_end())
}
