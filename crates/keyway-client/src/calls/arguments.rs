use keyway_core::Problem;
use keyway_core::action::Schema;
use keyway_core::json::{self, Bounds};
use keyway_core::rpc::RawJson;
use serde_json::Value;

use super::error::CallError;
use super::repeated::repeated;
use crate::text::line;

/// The largest input schema that is compiled, in bytes.
const MOST_SCHEMA: usize = 512 * 1024;

/// Arguments that may be sent.
pub(super) struct Checked {
    pub(super) value: Value,
    /// Why they could not be held against the schema, if so.
    pub(super) unchecked: Option<String>,
}

/// Holds arguments against a tool's input schema. A schema that cannot be used is said, and the
/// server decides.
pub(super) fn check(definition: &Value, arguments: &RawJson) -> Result<Checked, CallError> {
    json::check(arguments.bytes(), Bounds::default()).map_err(|bound| {
        CallError::wrong(
            "arguments_too_large",
            format!("the arguments are refused: {bound}"),
        )
    })?;
    if let Some(pointer) = repeated(arguments.as_str()) {
        let expected = "each name only once".into();
        return Err(CallError::arguments(vec![Problem { pointer, expected }]));
    }
    let Ok(value) = arguments.read::<Value>() else {
        return Err(CallError::wrong(
            "invalid_arguments",
            "the arguments hold a number that cannot be represented",
        ));
    };
    if !value.is_object() {
        let problem = Problem {
            pointer: String::new(),
            expected: "an object".into(),
        };
        return Err(CallError::arguments(vec![problem]));
    }
    let schema = definition.get("inputSchema").unwrap_or(&Value::Null);
    let unchecked = if schema.to_string().len() > MOST_SCHEMA {
        Some("it is too large".to_owned())
    } else {
        match Schema::compile(schema) {
            Ok(schema) => {
                let problems = schema.check(&value);
                if !problems.is_empty() {
                    return Err(CallError::arguments(problems));
                }
                None
            }
            Err(bad) => Some(line(&bad.to_string(), 300)),
        }
    };
    Ok(Checked { value, unchecked })
}
