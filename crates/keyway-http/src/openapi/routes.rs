use keyway_core::action::Entry;
use serde_json::{Map, Value, json};

use super::actions::repoint;

/// The operation at the route of an action: its path, its method in lower case, and what it takes
/// where. It answers as the action's other operation does.
pub(super) fn operation(entry: &Entry, described: &Value) -> Option<(String, String, Value)> {
    let (action, path) = (entry.action(), entry.route_path()?);
    let (in_path, in_query) = entry.route_inputs()?;
    let method = action.get_route()?.0;
    let schema = action.input_schema();
    let component = format!("{}.input", entry.tool_name());
    let required = |name: &str| {
        let all = schema.get("required").and_then(Value::as_array);
        all.is_some_and(|all| all.iter().any(|one| one == name))
    };
    let mut operation = described.as_object()?.clone();
    let name = entry.tool_name().replace('-', "_");
    operation.insert("operationId".into(), format!("route_{name}").into());
    let in_path_too = in_path.iter().map(|name| (*name, "path", true));
    let queried = in_query.iter().map(|name| (*name, "query", required(name)));
    let mut parameters: Vec<Value> = in_path_too
        .chain(queried)
        .map(|(name, place, required)| parameter(schema, &component, name, place, required))
        .collect();
    if let Some(Value::Array(more)) = operation.remove("parameters") {
        parameters.extend(more);
    }
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    let elsewhere: Vec<_> = in_path.into_iter().chain(in_query).collect();
    match body(schema, &component, &elsewhere) {
        Some(body) if matches!(method.as_str(), "POST" | "PUT" | "PATCH") => {
            let needed = body.get("required").is_some();
            let content = json!({ "application/json": { "schema": body } });
            let body = json!({ "required": needed, "content": content });
            operation.insert("requestBody".into(), body);
        }
        _ => {
            operation.remove("requestBody");
        }
    }
    Some((
        path,
        method.as_str().to_ascii_lowercase(),
        Value::Object(operation),
    ))
}

fn parameter(schema: &Value, component: &str, name: &str, place: &str, required: bool) -> Value {
    let found = schema.get("properties").and_then(|all| all.get(name));
    let mut of = found.cloned().unwrap_or_else(|| json!({}));
    repoint(&mut of, component);
    let description = of.as_object_mut().and_then(|of| of.remove("description"));
    let mut parameter = Map::new();
    parameter.insert("name".into(), name.into());
    parameter.insert("in".into(), place.into());
    parameter.insert("required".into(), required.into());
    if let Some(description) = description {
        parameter.insert("description".into(), description);
    }
    parameter.insert("schema".into(), of);
    Value::Object(parameter)
}

/// The schema of what is left for the body; nothing where nothing is.
fn body(schema: &Value, component: &str, elsewhere: &[&str]) -> Option<Value> {
    if elsewhere.is_empty() {
        return Some(json!({ "$ref": format!("#/components/schemas/{component}") }));
    }
    let mut body = schema.clone();
    let members = body.as_object_mut()?;
    members.remove("$schema");
    members.remove("$defs");
    members.remove("title");
    members.remove("description");
    let mut left = !members.contains_key("properties");
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        properties.retain(|name, _| !elsewhere.contains(&name.as_str()));
        left = !properties.is_empty();
    }
    if let Some(Value::Array(required)) = members.get_mut("required") {
        required.retain(|name| !elsewhere.iter().any(|own| name == own));
        if required.is_empty() {
            members.remove("required");
        }
    }
    repoint(&mut body, component);
    left.then_some(body)
}
