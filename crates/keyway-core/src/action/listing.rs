//! What MCP lists show of an action: `Tool`, `Resource`, `ResourceTemplate`, `Prompt`.

use serde_json::{Map, Value};

use super::coerce::parts;
use super::{Action, Annotations, Format, ResourceAddress};
use crate::rpc::RawJson;

/// The `Tool` object. An output schema is told only when it is of type object, which all revisions
/// take, and when the answer is data: a markdown action answers text.
pub(super) fn tool(action: &Action) -> RawJson {
    let mut tool = named(action, action.get_title());
    tool.insert("inputSchema".into(), action.input_schema().clone());
    if let Some(schema) = advertised_output(action) {
        tool.insert("outputSchema".into(), schema.clone());
    }
    let annotations = annotations(action.get_annotations());
    if !annotations.is_empty() {
        tool.insert("annotations".into(), annotations.into());
    }
    write(&tool)
}

pub(super) fn advertised_output(action: &Action) -> Option<&Value> {
    action
        .output_schema()
        .filter(|_| action.get_format() == Format::Json)
        .filter(|schema| schema.get("type").and_then(Value::as_str) == Some("object"))
}

pub(super) fn resource(action: &Action) -> Option<RawJson> {
    let exposure = action.get_resource()?;
    let ResourceAddress::Uri(uri) = &exposure.address else {
        return None;
    };
    Some(addressed(action, "uri", uri, exposure.mime_type.as_deref()))
}

pub(super) fn resource_template(action: &Action) -> Option<RawJson> {
    let exposure = action.get_resource()?;
    let ResourceAddress::Template(template) = &exposure.address else {
        return None;
    };
    let mime_type = exposure.mime_type.as_deref();
    Some(addressed(action, "uriTemplate", template, mime_type))
}

pub(super) fn prompt(action: &Action) -> Option<RawJson> {
    let exposure = action.get_prompt()?;
    let mut prompt = named(action, exposure.title.as_deref().or(action.get_title()));
    let arguments = arguments(action.input_schema());
    if !arguments.is_empty() {
        prompt.insert("arguments".into(), arguments.into());
    }
    Some(write(&prompt))
}

fn addressed(action: &Action, key: &str, address: &str, mime_type: Option<&str>) -> RawJson {
    let mut item = Map::new();
    item.insert(key.into(), address.into());
    item.extend(named(action, action.get_title()));
    if let Some(mime_type) = mime_type {
        item.insert("mimeType".into(), mime_type.into());
    }
    write(&item)
}

fn named(action: &Action, title: Option<&str>) -> Map<String, Value> {
    let mut item = Map::new();
    item.insert("name".into(), action.tool_name().into());
    if let Some(title) = title {
        item.insert("title".into(), title.into());
    }
    if !action.get_description().is_empty() {
        item.insert("description".into(), action.get_description().into());
    }
    item
}

fn annotations(hints: Annotations) -> Map<String, Value> {
    [
        ("readOnlyHint", hints.read_only),
        ("destructiveHint", hints.destructive),
        ("idempotentHint", hints.idempotent),
        ("openWorldHint", hints.open_world),
    ]
    .into_iter()
    .filter_map(|(key, hint)| Some((key.to_owned(), hint?.into())))
    .collect()
}

/// `PromptArgument`s, from the properties of the input.
fn arguments(schema: &Value) -> Vec<Value> {
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let mut argument = Map::new();
            argument.insert("name".into(), name.as_str().into());
            for key in ["title", "description"] {
                if let Some(text) = said(schema, property, key) {
                    argument.insert(key.into(), text.into());
                }
            }
            argument.insert("required".into(), required.contains(&name.as_str()).into());
            argument.into()
        })
        .collect()
}

/// A text of a property, or else of what the property refers to.
fn said<'a>(root: &'a Value, property: &'a Value, key: &str) -> Option<&'a str> {
    property
        .get(key)
        .and_then(Value::as_str)
        .or_else(|| parts(root, property).find_map(|part| part.get(key)?.as_str()))
}

fn write(item: &Map<String, Value>) -> RawJson {
    RawJson::of(item).unwrap_or_else(|_| RawJson::empty_object())
}
