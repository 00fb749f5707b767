//! JSON Schemas of Rust types, in the form MCP clients take.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The schema of an action's input, which is always an object: a type without fields becomes the
/// empty object, and an enum of objects says that it is one.
pub(crate) fn input_schema<I: JsonSchema>() -> Value {
    let schema = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<I>()
        .to_value();
    as_object(plain(schema))
}

/// The schema of an action's output, as it is written.
pub(super) fn output_schema<O: JsonSchema>() -> Value {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<O>()
        .to_value();
    plain(schema)
}

/// Without the dialect, which is the default one and which clients with an older validator refuse,
/// and without the name of the Rust type.
fn plain(mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        map.shift_remove("$schema");
        map.shift_remove("title");
    }
    known_formats(&mut schema);
    schema
}

/// Formats of the 2020-12 vocabulary that types can have. Validators warn of others.
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uuid",
    "regex",
    "json-pointer",
];

/// Replaces formats that only Rust knows by what they mean: bounds of whole numbers, and the
/// pattern of a time of day without an offset.
fn known_formats(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(known_formats),
        Value::Object(map) => {
            let format = map.get("format").and_then(Value::as_str).map(str::to_owned);
            if let Some(format) = format.filter(|format| !FORMATS.contains(&format.as_str())) {
                map.shift_remove("format");
                for (keyword, value) in meaning(&format) {
                    map.entry(keyword).or_insert(value);
                }
            }
            for (keyword, value) in map.iter_mut() {
                match (keyword.as_str(), value) {
                    ("const" | "enum" | "default" | "examples", _) => {}
                    ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                        named.values_mut().for_each(known_formats);
                    }
                    (_, value) => known_formats(value),
                }
            }
        }
        _ => {}
    }
}

fn meaning(format: &str) -> Vec<(&'static str, Value)> {
    let whole = |least: i64, most: i64| vec![("minimum", least.into()), ("maximum", most.into())];
    match format {
        "int8" => whole(i8::MIN.into(), i8::MAX.into()),
        "int16" => whole(i16::MIN.into(), i16::MAX.into()),
        "int32" => whole(i32::MIN.into(), i32::MAX.into()),
        "uint8" => whole(0, u8::MAX.into()),
        "uint16" => whole(0, u16::MAX.into()),
        "uint32" => whole(0, u32::MAX.into()),
        "partial-time" => vec![(
            "pattern",
            r"^[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?$".into(),
        )],
        _ => Vec::new(),
    }
}

fn as_object(schema: Value) -> Value {
    match schema {
        Value::Object(map) if map.get("type") == Some(&json!("null")) => {
            json!({ "type": "object", "additionalProperties": false })
        }
        Value::Object(map) if !map.contains_key("type") => {
            let mut object = serde_json::Map::new();
            object.insert("type".into(), "object".into());
            object.extend(map);
            Value::Object(object)
        }
        Value::Bool(true) => json!({ "type": "object" }),
        other => other,
    }
}
