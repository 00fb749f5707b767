//! Parameters in path, query, header and cookie, with their styles (OpenAPI 3.1, section 4.8.12).

use keyway_core::headers::is_of_connection;
use serde_json::{Map, Value, json};

use super::action::Http;
use super::credentials::{Credentials, Place};
use super::import::Importing;
use super::inputs::{Presence, is_literal, template};
use super::kinds::{Depth, Kinds};
use super::operations::Operation;
use super::report::shown;
use super::resolver::Node;
use super::schemas::Direction;

/// Headers that other parts of an action write, or that a proxy asks for.
const RESERVED_HEADERS: &[&str] = &[
    "accept",
    "authorization",
    "content-type",
    "cookie",
    "expect",
    "proxy-authorization",
];

/// One parameter, its reference followed.
struct Parameter<'a> {
    node: Node<'a>,
    name: &'a str,
    place: &'a str,
}

impl<'a> Importing<'a, '_> {
    /// Adds every parameter of an operation; false when it cannot be called without one that cannot be
    /// said.
    pub(super) fn parameters(
        &mut self,
        operation: &Operation<'a>,
        http: &mut Http,
        credentials: &mut Credentials,
    ) -> bool {
        let mut all = self.declared(operation);
        let order = |place: &str| {
            ["path", "query", "header", "cookie"]
                .iter()
                .position(|one| *one == place)
        };
        all.sort_by_key(|parameter| order(parameter.place));
        if !self.path(operation, &mut all, http) {
            return false;
        }
        for parameter in all {
            self.parameter(&parameter, http, credentials);
        }
        true
    }

    /// Those of the operation, and those of the path that it does not declare anew.
    fn declared(&mut self, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
        let mut all: Vec<Parameter<'a>> = Vec::new();
        let own = operation.node.items("parameters");
        for node in own.chain(operation.item.items("parameters")) {
            let node = match self.resolver.follow(node) {
                Ok(node) => node,
                Err(reason) => {
                    self.report.missing(format!("a parameter: {reason}"));
                    continue;
                }
            };
            let (Some(name), Some(place)) = (node.text("name"), node.text("in")) else {
                self.report.missing("a parameter has no name or no place");
                continue;
            };
            if !matches!(place, "path" | "query" | "header" | "cookie") {
                self.report.missing(format!(
                    "the parameter {} is in no place that there is",
                    shown(name)
                ));
            } else if !all.iter().any(|one| one.name == name && one.place == place) {
                all.push(Parameter { node, name, place });
            }
        }
        all
    }

    /// Writes the URL, and takes the parameters of the path out of `all`.
    fn path(
        &mut self,
        operation: &Operation<'a>,
        all: &mut Vec<Parameter<'a>>,
        http: &mut Http,
    ) -> bool {
        let mut url = String::new();
        let mut rest = operation.path.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                self.report.missing("the path has a `{` without `}`");
                return false;
            };
            url.push_str(before);
            rest = after;
            let at = all
                .iter()
                .position(|one| one.place == "path" && one.name == name);
            let Some(written) = self.segment(at.map(|at| all.remove(at)), name, http) else {
                return false;
            };
            url.push_str(&written);
        }
        url.push_str(rest);
        for unused in all.iter().filter(|one| one.place == "path") {
            self.report
                .noted(format!("the path has no {{{}}}", unused.name));
        }
        all.retain(|one| one.place != "path");
        http.url = url;
        true
    }

    /// What stands in the path for a parameter.
    fn segment(
        &mut self,
        parameter: Option<Parameter<'a>>,
        name: &str,
        http: &mut Http,
    ) -> Option<String> {
        let Some(parameter) = parameter else {
            self.report.noted(format!(
                "the parameter {} of the path is not declared",
                shown(name)
            ));
            let schema = json!({ "type": "string", "minLength": 1 });
            let input = http.inputs.add("path", name, schema, Presence::Required);
            return Some(template(&input));
        };
        let (mut schema, _) = self.schema_of(&parameter);
        let kinds = self.kinds(&schema, Direction::Request, 0);
        if kinds.object {
            self.report.missing(format!(
                "the parameter {} is an object in the path",
                shown(name)
            ));
            return None;
        }
        not_empty(&mut schema);
        let style = parameter.node.text("style").unwrap_or("simple");
        let explode = parameter.node.says("explode");
        let (before, between) = match (style, kinds.list, explode) {
            ("simple", ..) | (_, false, _) if !matches!(style, "label" | "matrix") => {
                (String::new(), ",")
            }
            ("label", ..) => (".".to_owned(), "."),
            ("matrix", true, true) => {
                self.report.missing(format!(
                    "the parameter {} is an exploded matrix",
                    shown(name)
                ));
                return None;
            }
            ("matrix", ..) => (format!(";{name}="), ","),
            _ => (String::new(), ","),
        };
        let input = http.inputs.add("path", name, schema, Presence::Required);
        let expression = if kinds.list {
            format!("{input} | join(\"{between}\")")
        } else {
            input
        };
        Some(format!("{before}{}", template(&expression)))
    }

    fn parameter(
        &mut self,
        parameter: &Parameter<'a>,
        http: &mut Http,
        credentials: &mut Credentials,
    ) {
        let Parameter { node, name, place } = parameter;
        let Some(at) = Place::of(place, name) else {
            return;
        };
        let required = node.says("required");
        if credentials.carries(&at) {
            return;
        }
        if Credentials::looks_secret(name) {
            credentials.parameter(&at, required, http);
            self.report.noted(format!(
                "the parameter {} is part of the credential",
                shown(name)
            ));
            return;
        }
        if *place == "header" {
            let lower = name.to_ascii_lowercase();
            if is_of_connection(&lower) || RESERVED_HEADERS.contains(&lower.as_str()) {
                return;
            }
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || !name.chars().all(token) {
                self.report.missing(format!(
                    "the header {} has no name that a header can have",
                    shown(name)
                ));
                return;
            }
        }
        let (schema, content) = self.schema_of(parameter);
        if let Some(constant) = constant(&schema).filter(|_| required) {
            http.write(&at, constant.into());
            return;
        }
        if node.says("allowReserved") {
            self.report.noted(format!(
                "reserved characters of {} are percent-encoded",
                shown(name)
            ));
        }
        let style = self.style(parameter, &schema, content);
        let takes_any = style.is_some_and(|style| matches!(style.name, "json" | "deepObject"));
        if !takes_any && self.is_nested(&schema, Depth::Top) {
            let reason = format!(
                "the parameter {} holds more than its style can write",
                shown(name)
            );
            self.report.missing(reason);
            return;
        }
        let input = http.inputs.add(place, name, schema, Presence::of(required));
        http.write(&at, styled(&input, style));
    }

    /// How the value is written, where a plain template does not write it so.
    fn style(
        &mut self,
        parameter: &Parameter<'a>,
        schema: &Value,
        content: Content,
    ) -> Option<Style> {
        let kinds = self.kinds(schema, Direction::Request, 0);
        if content == Content::Json {
            return Some(Style::json());
        }
        let is_form = matches!(parameter.place, "query" | "cookie");
        let usual = if is_form { "form" } else { "simple" };
        let style = parameter.node.text("style").unwrap_or(usual);
        let explode = parameter.node.value.get("explode").and_then(Value::as_bool);
        let known: &[&str] = match parameter.place {
            "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
            "cookie" => &["form"],
            _ => &["simple"],
        };
        let style = known
            .iter()
            .find(|known| **known == style)
            .unwrap_or_else(|| {
                let name = shown(parameter.name);
                self.report.loosened(format!(
                    "the style of {name} is none of its place; {usual} is used"
                ));
                if is_form { &"form" } else { &"simple" }
            });
        Style {
            name: style,
            explode: explode.unwrap_or(*style == "form"),
        }
        .unless_plain(kinds)
    }

    /// The schema of a parameter with what the parameter itself says, and how it is written.
    fn schema_of(&mut self, parameter: &Parameter<'a>) -> (Value, Content) {
        let node = &parameter.node;
        let (inner, content) = match node.members("content").next() {
            Some((media, inner)) if super::body::is_json(media) => {
                (inner.get("schema"), Content::Json)
            }
            Some((_, inner)) => (inner.get("schema"), Content::Plain),
            None => (node.get("schema"), Content::Plain),
        };
        let mut schema = match inner {
            Some(inner) => self
                .schemas
                .convert(&inner, Direction::Request, &mut self.report),
            None => json!({}),
        };
        if let Some(map) = schema.as_object_mut() {
            describe(map, node);
        }
        (schema, content)
    }
}

/// How a parameter with `content` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Json,
    Plain,
}

/// A style of the grammar: see `README.md` beside this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) name: &'static str,
    pub(super) explode: bool,
}

impl Style {
    pub(super) fn json() -> Self {
        Self {
            name: "json",
            explode: false,
        }
    }

    /// `None` where a plain template writes such values in the same way.
    pub(super) fn unless_plain(self, kinds: Kinds) -> Option<Self> {
        let is_form = self.name == "form" && self.explode;
        let plain = (!kinds.list || is_form) && !kinds.object;
        (!plain).then_some(self)
    }
}

/// The value under a name of a query, form, header or cookie.
pub(super) fn styled(input: &str, style: Option<Style>) -> Value {
    match style {
        None => template(input).into(),
        Some(Style { name, explode }) => {
            let mut value = json!({ "value": template(input), "style": name });
            if explode != (name == "form")
                && let Some(value) = value.as_object_mut()
            {
                value.insert("explode".into(), explode.into());
            }
            value
        }
    }
}

/// What a parameter says of itself, put into its schema.
fn describe(map: &mut Map<String, Value>, node: &Node<'_>) {
    if let Some(text) = node
        .text("description")
        .filter(|text| !text.trim().is_empty())
    {
        map.insert(
            "description".into(),
            super::schemas::shortened(text, 1_000).into(),
        );
    }
    if node.says("deprecated") {
        map.insert("deprecated".into(), true.into());
    }
}

/// The only value that a schema allows, as text.
fn constant(schema: &Value) -> Option<String> {
    let only = match (
        schema.get("const"),
        schema.get("enum").and_then(Value::as_array),
    ) {
        (Some(only), _) => only,
        (None, Some(all)) if all.len() == 1 => all.first()?,
        _ => return None,
    };
    let text = match only {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => only.to_string(),
        _ => return None,
    };
    is_literal(&text).then_some(text)
}

/// An empty segment of a path would name something else.
fn not_empty(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    let is_text = map.get("type").is_some_and(|kind| kind == "string");
    let says = ["enum", "const", "minLength", "pattern", "format"];
    if is_text && !says.iter().any(|keyword| map.contains_key(*keyword)) {
        map.insert("minLength".into(), 1.into());
    }
}
