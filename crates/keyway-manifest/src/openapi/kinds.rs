//! What kinds of values a schema allows, for the style they are written in.

use serde_json::Value;

use super::import::Importing;
use super::schemas::Direction;

/// The kinds of values that a schema allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    pub(super) list: bool,
    pub(super) object: bool,
}

/// Where in a parameter's schema something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Top,
    Below,
}

impl Importing<'_, '_> {
    /// True for lists and objects that hold lists or objects.
    pub(super) fn is_nested(&mut self, schema: &Value, depth: Depth) -> bool {
        let schema = self
            .schemas
            .opened(schema, Direction::Request, &mut self.report);
        let kinds = self.kinds(&schema, Direction::Request, 0);
        if !kinds.list && !kinds.object {
            return false;
        }
        if depth == Depth::Below {
            return true;
        }
        let list = |key: &str| schema.get(key).and_then(Value::as_array).cloned();
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let parts = list(keyword).unwrap_or_default();
            if parts.iter().any(|part| self.is_nested(part, Depth::Top)) {
                return true;
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let below = properties.into_iter().flat_map(serde_json::Map::values);
        let below: Vec<Value> = below.chain(schema.get("items")).cloned().collect();
        below.iter().any(|one| self.is_nested(one, Depth::Below))
    }

    /// The kinds of values that a converted schema allows.
    pub(super) fn kinds(&mut self, schema: &Value, way: Direction, depth: usize) -> Kinds {
        let schema = self.schemas.opened(schema, way, &mut self.report);
        let mut kinds = Kinds::default();
        let is = |kind: &str| match schema.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(all)) => all.iter().any(|one| one == kind),
            _ => false,
        };
        let untyped = schema.get("type").is_none();
        kinds.list = is("array") || (untyped && schema.get("items").is_some());
        kinds.object = is("object") || (untyped && schema.get("properties").is_some());
        if depth < 4 {
            for keyword in ["allOf", "anyOf", "oneOf"] {
                for part in schema
                    .get(keyword)
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    let inner = self.kinds(part, way, depth + 1);
                    kinds.list |= inner.list;
                    kinds.object |= inner.object;
                }
            }
        }
        kinds
    }
}
