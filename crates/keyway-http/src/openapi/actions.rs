use keyway_core::action::{Action, Entry, Expose, Registry};
use serde_json::{Map, Value, json};

use super::paths::responses;
use super::{jobs, routes};

/// How a call of an action can be refused.
const REFUSALS: [&str; 16] = [
    "400", "401", "403", "404", "405", "406", "408", "409", "413", "415", "422", "429", "500",
    "502", "503", "504",
];

/// Adds a path for each action that is exposed over HTTP, and its schemas to the components.
pub(super) fn describe(
    registry: &Registry,
    paths: &mut Map<String, Value>,
    components: &mut Map<String, Value>,
) {
    let mut exposed: Vec<&Entry> = registry
        .iter()
        .filter(|entry| entry.action().exposure().contains(Expose::HTTP))
        .collect();
    exposed.sort_by_key(|entry| entry.action().slug().to_owned());
    for entry in exposed {
        let action = entry.action();
        let path = format!("/v1/actions/{}", action.slug());
        let described = operation(action, components);
        if let Some((path, method, described)) = routes::operation(entry, &described) {
            let methods = paths.entry(path).or_insert_with(|| json!({}));
            if let Some(methods) = methods.as_object_mut() {
                methods.insert(method, described);
            }
        }
        paths.insert(path, json!({ "post": described }));
    }
}

fn operation(action: &Action, components: &mut Map<String, Value>) -> Value {
    let name = action.tool_name();
    let input = hoist(action.input_schema(), &format!("{name}.input"), components);
    let output = match action.output_schema() {
        Some(schema) => hoist(schema, &format!("{name}.output"), components),
        None => json!({ "type": "object", "description": "MCP content blocks." }),
    };
    let answer = json!({
        "description": "The action's output.",
        "content": { "application/json": { "schema": output } }
    });
    let mut operation = json!({
        "operationId": format!("call_{}", name.replace('-', "_")),
        "summary": action.get_title().unwrap_or(action.slug()),
        "description": action.get_description(),
        "requestBody": {
            "description": "The input. No body is the same as `{}`.",
            "content": { "application/json": { "schema": input } }
        },
        "responses": responses(answer, &REFUSALS)
    });
    if action.exposure().contains(Expose::TASK)
        && let Some(members) = operation.as_object_mut()
    {
        jobs::background(members);
    }
    operation
}

/// Moves a schema into the components and gives a reference to it. Its own definitions move too,
/// because inside an OpenAPI document `#/$defs/…` would start at the document's root.
fn hoist(schema: &Value, name: &str, components: &mut Map<String, Value>) -> Value {
    let mut root = schema.clone();
    if let Some(members) = root.as_object_mut() {
        members.remove("$schema");
        if let Some(Value::Object(definitions)) = members.remove("$defs") {
            for (key, mut definition) in definitions {
                repoint(&mut definition, name);
                components.insert(format!("{name}.{key}"), definition);
            }
        }
    }
    repoint(&mut root, name);
    components.insert(name.to_owned(), root);
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Makes references of a schema lead to where [`hoist`] moved its definitions.
pub(super) fn repoint(schema: &mut Value, name: &str) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| repoint(item, name)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if target == "#" {
                            *target = format!("#/components/schemas/{name}");
                        } else if let Some(rest) = target.strip_prefix("#/$defs/") {
                            *target = format!("#/components/schemas/{name}.{rest}");
                        }
                    }
                    value => repoint(value, name),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_move_into_the_components() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "tree": { "$ref": "#/$defs/Tree" },
                "again": { "$ref": "#" },
                "$ref": { "type": "string" }
            },
            "$defs": { "Tree": { "properties": { "next": { "$ref": "#/$defs/Tree" } } } }
        });
        let mut components = Map::new();
        let reference = hoist(&schema, "x.input", &mut components);
        assert_eq!(reference, json!({ "$ref": "#/components/schemas/x.input" }));
        assert_eq!(
            Value::Object(components),
            json!({
                "x.input.Tree": {
                    "properties": { "next": { "$ref": "#/components/schemas/x.input.Tree" } }
                },
                "x.input": {
                    "type": "object",
                    "properties": {
                        "tree": { "$ref": "#/components/schemas/x.input.Tree" },
                        "again": { "$ref": "#/components/schemas/x.input" },
                        "$ref": { "type": "string" }
                    }
                }
            })
        );
    }
}
