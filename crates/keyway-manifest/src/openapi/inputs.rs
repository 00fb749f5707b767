use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::names;

/// The input of an action as it grows: what the model is asked for.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    properties: Map<String, Value>,
    required: Vec<Value>,
    taken: HashSet<String>,
}

/// Whether an input has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
}

impl Presence {
    pub(super) fn of(required: bool) -> Self {
        if required {
            Self::Required
        } else {
            Self::Optional
        }
    }
}

impl Inputs {
    /// Adds an input and says how a template reads it. Two of one name get distinct ones: the later is
    /// called after its place (`body_id`).
    pub(super) fn add(
        &mut self,
        place: &str,
        wire: &str,
        schema: Value,
        presence: Presence,
    ) -> String {
        let plain = names::input(wire);
        let placed = format!("{place}_{plain}");
        let numbered = (2..).map(|number| format!("{placed}_{number}"));
        let name = [plain, placed.clone()]
            .into_iter()
            .chain(numbered)
            .find(|name| !self.taken.contains(&name.to_ascii_lowercase()))
            .unwrap_or(placed);
        self.taken.insert(name.to_ascii_lowercase());
        if presence == Presence::Required {
            self.required.push(name.as_str().into());
        }
        let expression = names::member("input", &name);
        self.properties.insert(name, schema);
        expression
    }

    /// True when an input has that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// The schema of the whole input; `None` when nothing is asked for.
    pub(super) fn finish(self) -> Option<Value> {
        if self.properties.is_empty() {
            return None;
        }
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if let Some(schema) = schema.as_object_mut() {
            if !self.required.is_empty() {
                schema.insert("required".into(), self.required.into());
            }
            schema.insert("additionalProperties".into(), false.into());
        }
        Some(schema)
    }
}

/// A template of exactly one expression, which keeps the value's type.
pub(super) fn template(expression: &str) -> String {
    format!("{{{{ {expression} }}}}")
}

/// True for a text that a template would read as it stands.
pub(super) fn is_literal(text: &str) -> bool {
    !["{{", "{%", "{#"]
        .iter()
        .any(|opening| text.contains(opening))
}
