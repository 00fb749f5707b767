use serde_json::{Map, Value};

use crate::openapi::children;

/// A schema with its deepest parts left open, so that it has at most so many bytes where that can be.
pub(super) fn prune(schema: Value, budget: usize) -> Value {
    let mut schema = schema;
    for depth in (1..=6).rev() {
        cut(&mut schema, depth);
        if schema.to_string().len() <= budget {
            break;
        }
    }
    schema
}

fn cut(schema: &mut Value, depth: usize) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if depth == 0 {
        let kept: Map<String, Value> = ["type", "description", "enum"]
            .into_iter()
            .filter_map(|key| map.remove_entry(key))
            .collect();
        *map = kept;
        return;
    }
    children::each_mut(map, &mut |child| cut(child, depth - 1));
}
