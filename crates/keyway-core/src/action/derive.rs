//! JSON Schemas of Rust types, in the form MCP clients take.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The schema of an action's input, which is always an object: a type without fields becomes the
/// empty object, and an enum of objects says that it is one.
pub(super) fn input_schema<I: JsonSchema>() -> Value {
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
    schema
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
