//! Request bodies: JSON, forms, text.

use serde_json::{Map, Value, json};

use super::action::{Body, Http};
use super::import::Importing;
use super::inputs::{Presence, template};
use super::operations::Operation;
use super::parameters::{Style, styled};
use super::report::shown;
use super::resolver::Node;
use super::schemas::Direction;

/// The most properties of a body that become inputs of their own.
const MAX_FLAT: usize = 32;

impl<'a> Importing<'a, '_> {
    /// Adds the body of an operation; false when it needs one that an action cannot send.
    pub(super) fn body(&mut self, operation: &Operation<'a>, http: &mut Http) -> bool {
        let Some(body) = operation.node.get("requestBody") else {
            return true;
        };
        let body = match self.resolver.follow(body) {
            Ok(body) => body,
            Err(reason) => {
                self.report.missing(format!("the body: {reason}"));
                return false;
            }
        };
        let required = body.says("required");
        if matches!(operation.method, "GET" | "HEAD") {
            self.report
                .missing(format!("the body of a {} is not sent", operation.method));
            return !required;
        }
        let contents = body.members("content");
        let best = contents.min_by_key(|(media, _)| rank(media));
        let Some((media, content)) = best else {
            return true;
        };
        let schema = match content.get("schema") {
            Some(schema) => self
                .schemas
                .convert(&schema, Direction::Request, &mut self.report),
            None => json!({}),
        };
        let presence = Presence::of(required);
        match kind(media) {
            Kind::Json => self.json(media, schema, presence, http),
            Kind::Form => return self.form(&content, &schema, presence, http),
            Kind::Text => {
                let input = http.inputs.add("body", "body", schema, presence);
                http.body = Body::Text(template(&input), media.clone());
            }
            Kind::Other => {
                self.report
                    .missing(format!("a body of {} is not sent", shown(media)));
                return !required;
            }
        }
        true
    }

    fn json(&mut self, media: &str, schema: Value, presence: Presence, http: &mut Http) {
        if !media.starts_with("application/json") && !media.contains('*') {
            http.media_type = Some(media.to_owned());
        }
        let opened = self
            .schemas
            .opened(&schema, Direction::Request, &mut self.report);
        let Some(properties) = flat(&opened, presence) else {
            let named = |name: &str| http.inputs.has(name);
            let wire = if named("body") { "payload" } else { "body" };
            let input = http.inputs.add("body", wire, schema, presence);
            http.body = Body::Json(template(&input).into());
            return;
        };
        let required = required_of(&opened);
        let mut body = Map::new();
        for (name, schema) in properties {
            let presence = Presence::of(required.contains(&name.as_str()));
            let input = http.inputs.add("body", name, schema.clone(), presence);
            body.insert(name.clone(), template(&input).into());
        }
        http.body = Body::Json(Value::Object(body));
    }

    fn form(
        &mut self,
        content: &Node<'a>,
        schema: &Value,
        presence: Presence,
        http: &mut Http,
    ) -> bool {
        let opened = self
            .schemas
            .opened(schema, Direction::Request, &mut self.report);
        let Some(properties) = opened.get("properties").and_then(Value::as_object) else {
            let is_empty = opened.as_object().is_some_and(|map| {
                !["anyOf", "oneOf", "allOf", "$ref"]
                    .iter()
                    .any(|key| map.contains_key(*key))
            });
            if !is_empty || presence == Presence::Required {
                self.report
                    .missing("a form whose fields are not named is not sent");
            }
            return presence == Presence::Optional;
        };
        if opened.get("anyOf").is_some() || opened.get("oneOf").is_some() {
            self.report
                .loosened("a form with alternatives; the fields they share are inputs");
        }
        let required = required_of(&opened);
        let mut form = Map::new();
        for (name, schema) in properties {
            let encoding = content.get("encoding").and_then(|all| all.get(name));
            let style = self.encoding(encoding.as_ref(), schema);
            let given = presence == Presence::Required && required.contains(&name.as_str());
            let input = http
                .inputs
                .add("body", name, schema.clone(), Presence::of(given));
            form.insert(name.clone(), styled(&input, style));
        }
        http.body = Body::Form(form);
        true
    }

    /// How a field of a form is written (OpenAPI 3.1, section 4.8.15): objects as JSON unless a style
    /// is named.
    fn encoding(&mut self, encoding: Option<&Node<'a>>, schema: &Value) -> Option<Style> {
        let kinds = self.kinds(schema, Direction::Request, 0);
        let says = |key: &str| encoding.and_then(|encoding| encoding.value.get(key));
        let style = says("style").and_then(Value::as_str);
        let explode = says("explode").and_then(Value::as_bool);
        let name = match style {
            Some("spaceDelimited") => "spaceDelimited",
            Some("pipeDelimited") => "pipeDelimited",
            Some("deepObject") => "deepObject",
            None if kinds.object && explode.is_none() => return Some(Style::json()),
            _ => "form",
        };
        let explode = explode.unwrap_or(name == "form");
        Style { name, explode }.unless_plain(kinds)
    }
}

enum Kind {
    Json,
    Form,
    Text,
    Other,
}

fn kind(media: &str) -> Kind {
    let essence = essence(media);
    if is_json(media) {
        Kind::Json
    } else if essence == "application/x-www-form-urlencoded" {
        Kind::Form
    } else if is_text(media) {
        Kind::Text
    } else {
        Kind::Other
    }
}

/// The order in which one of several is taken.
fn rank(media: &str) -> u8 {
    let essence = essence(media);
    match kind(media) {
        Kind::Json if essence == "application/json" => 0,
        Kind::Json if essence == "application/merge-patch+json" => 1,
        Kind::Json if essence.contains('*') => 4,
        Kind::Json => 2,
        Kind::Form => 3,
        Kind::Text => 5,
        Kind::Other => 6,
    }
}

fn essence(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// True for a media type whose bodies are JSON, or may be.
pub(super) fn is_json(media: &str) -> bool {
    let essence = essence(media);
    matches!(
        essence.as_str(),
        "application/json" | "text/json" | "*/*" | "application/*"
    ) || essence.ends_with("+json")
}

/// True for a media type whose bodies are text.
pub(super) fn is_text(media: &str) -> bool {
    let essence = essence(media);
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+yaml")
        || matches!(
            essence.as_str(),
            "application/xml"
                | "application/yaml"
                | "application/x-yaml"
                | "application/graphql"
                | "application/x-ndjson"
                | "application/jwt"
                | "application/sdp"
        )
}

/// The properties of a body that can be inputs of their own: few, and all that it can have. A body that
/// may be left out stays whole when it asks for something once it is there.
fn flat(schema: &Value, presence: Presence) -> Option<&Map<String, Value>> {
    let map = schema.as_object()?;
    let plain = map.iter().all(|(key, value)| match key.as_str() {
        "type" => value == "object",
        "additionalProperties" => value == &Value::Bool(false),
        "properties" | "required" | "description" | "title" | "examples" | "deprecated"
        | "default" => true,
        _ => false,
    });
    let properties = map.get("properties")?.as_object()?;
    let fits = !properties.is_empty() && properties.len() <= MAX_FLAT;
    let names = properties
        .keys()
        .all(|name| super::inputs::is_literal(name));
    let whole = presence == Presence::Optional && !required_of(schema).is_empty();
    let undeclared = required_of(schema)
        .iter()
        .any(|name| !properties.contains_key(*name));
    (plain && fits && names && !whole && !undeclared).then_some(properties)
}

fn required_of(schema: &Value) -> Vec<&str> {
    let all = schema.get("required").and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
