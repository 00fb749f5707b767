use std::collections::HashSet;

use serde_json::Value;

use super::problem;
use crate::Problem;
use crate::rpc::RawJson;

/// The most problems one check tells; a last one then says how many more there are.
pub const MAX_PROBLEMS: usize = 100;

/// A JSON Schema (2020-12 unless it says otherwise), compiled.
///
/// ```
/// use keyway_core::action::Schema;
/// use serde_json::json;
///
/// let schema = Schema::compile(&json!({
///     "type": "object",
///     "properties": { "age": { "type": "integer", "minimum": 0 }, "name": { "type": "string" } },
///     "required": ["name"],
/// }))
/// .unwrap();
/// let problems = schema.check(&json!({ "age": -5 }));
/// let told: Vec<_> = problems.iter().map(|p| (p.pointer.as_str(), p.expected.as_str())).collect();
/// assert_eq!(told, [("/age", "0 or more"), ("/name", "a value: this property is required")]);
/// ```
#[derive(Debug)]
pub struct Schema {
    value: Value,
    validator: jsonschema::Validator,
    names: HashSet<String>,
}

/// Why a schema cannot be used. The text is for whoever wrote the schema.
///
/// ```
/// use keyway_core::action::Schema;
/// use serde_json::json;
///
/// let remote = json!({ "$ref": "https://example.com/schema.json" });
/// assert!(Schema::compile(&remote).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSchema(String);

impl Schema {
    /// Compiles a schema. One that refers to another document is refused: nothing is ever fetched.
    pub fn compile(schema: &Value) -> Result<Self, BadSchema> {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .build(schema)
            .map_err(|error| BadSchema(error.to_string()))?;
        let mut names = HashSet::new();
        collect_names(schema, &mut names);
        Ok(Self {
            value: schema.clone(),
            validator,
            names,
        })
    }

    /// The schema as it was given.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Everything that is wrong with a value, sorted by pointer; empty when it is valid.
    /// Tells where and what was expected, and repeats nothing that the value holds: in a pointer, a
    /// property name that the schema does not know is written `*`.
    pub fn check(&self, instance: &Value) -> Vec<Problem> {
        if self.validator.is_valid(instance) {
            return Vec::new();
        }
        let mut problems = Vec::new();
        let mut more = 0usize;
        for error in self.validator.iter_errors(instance) {
            if problems.len() < MAX_PROBLEMS {
                problem::tell(&error, self, &mut problems);
            } else {
                more += 1;
            }
        }
        problems.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        more += problems.len().saturating_sub(MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        if more > 0 {
            problems.push(Problem {
                pointer: String::new(),
                expected: format!("fewer problems: there are {more} more"),
            });
        }
        problems
    }

    /// Like [`Schema::check`], for JSON text.
    pub fn check_text(&self, text: &RawJson) -> Vec<Problem> {
        match text.read::<Value>() {
            Ok(value) => self.check(&value),
            Err(_) => vec![Problem {
                pointer: String::new(),
                expected: "JSON of at most 128 levels whose numbers a double can hold".into(),
            }],
        }
    }

    /// True for a property name that the schema itself mentions.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

fn collect_names(schema: &Value, names: &mut HashSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    (
                        "properties" | "dependentRequired" | "dependentSchemas",
                        Value::Object(of),
                    ) => {
                        names.extend(of.keys().cloned());
                    }
                    ("required", Value::Array(all)) => {
                        names.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => {}
                }
                collect_names(value, names);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}
