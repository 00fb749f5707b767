//! One operation as one action.

use serde_json::{Map, Value, json};

use super::credentials::{Credentials, Place};
use super::import::Importing;
use super::inputs::Inputs;
use super::operations::Operation;
use super::schemas::{Direction, shortened};
use super::servers::{self, Server};

/// The most characters of an action's description.
const MAX_DESCRIPTION: usize = 1_500;
/// The most characters of its title.
const MAX_TITLE: usize = 120;

/// The request of an action as it grows, and the input it is made of.
#[derive(Debug, Default)]
pub(super) struct Http {
    pub(super) inputs: Inputs,
    pub(super) url: String,
    query: Map<String, Value>,
    headers: Map<String, Value>,
    cookies: Map<String, Value>,
    pub(super) body: Body,
    pub(super) media_type: Option<String>,
}

/// What is sent as the body.
#[derive(Debug, Default)]
pub(super) enum Body {
    #[default]
    None,
    Json(Value),
    Form(Map<String, Value>),
    /// Text of a media type.
    Text(String, String),
}

impl Http {
    /// Puts a value where it is sent.
    pub(super) fn write(&mut self, place: &Place, value: Value) {
        let (map, name) = match place {
            Place::Query(name) => (&mut self.query, name),
            Place::Header(name) => (&mut self.headers, name),
            Place::Cookie(name) => (&mut self.cookies, name),
        };
        map.insert(name.clone(), value);
    }

    /// Query, headers and cookies, those that there are.
    pub(super) fn places(self) -> Map<String, Value> {
        let all = [
            ("query", self.query),
            ("headers", self.headers),
            ("cookies", self.cookies),
        ];
        let there = all.into_iter().filter(|(_, map)| !map.is_empty());
        there
            .map(|(key, map)| (key.to_owned(), Value::Object(map)))
            .collect()
    }

    fn finish(mut self, method: &str) -> (Map<String, Value>, Inputs) {
        let mut http = Map::new();
        if method != "GET" {
            http.insert("method".into(), method.into());
        }
        http.insert("url".into(), std::mem::take(&mut self.url).into());
        let body = std::mem::take(&mut self.body);
        let mut media_type = self.media_type.take();
        let inputs = std::mem::take(&mut self.inputs);
        http.extend(self.places());
        match body {
            Body::None => media_type = None,
            Body::Json(body) => {
                http.insert("body".into(), body);
            }
            Body::Form(form) => {
                http.insert("form".into(), Value::Object(form));
                media_type = None;
            }
            Body::Text(text, media) => {
                http.insert("text".into(), text.into());
                media_type = Some(media);
            }
        }
        if let Some(media_type) = media_type {
            http.insert("media_type".into(), media_type.into());
        }
        (http, inputs)
    }
}

impl<'a> Importing<'a, '_> {
    /// The action of an operation; `None` when there can be none, which the report tells.
    pub(super) fn action(
        &mut self,
        operation: &Operation<'a>,
        base: &Server,
        credentials: &mut Credentials,
    ) -> Option<Value> {
        self.report.at(operation.identity());
        let root = self.resolver.root();
        let mut http = Http::default();
        if !self.parameters(operation, &mut http, credentials) || !self.body(operation, &mut http) {
            self.report.missing("there is no action for it");
            return None;
        }
        if let Some(server) = self.own_server(operation, base) {
            http.url = format!("{server}{}", http.url);
        }
        credentials.operation(operation, &root, &mut http, &mut self.report);
        let answer = self.answer(operation);
        if let Some(media) = answer.accept {
            http.write(&Place::Header("Accept".to_owned()), media.into());
        }
        let (http, inputs) = http.finish(operation.method);
        let mut action = self.described(operation);
        if let Some(input) = inputs.finish() {
            let input = self
                .schemas
                .assemble(input, Direction::Request, &mut self.report);
            action.insert("input".into(), self.sound(input));
        }
        if let Some(output) = answer.output {
            let output = self.sound(output);
            action.insert("output".into(), output);
        }
        action.insert("http".into(), Value::Object(http));
        if answer.is_text {
            action.insert("result".into(), json!({ "text": true }));
        }
        Some(Value::Object(action))
    }

    fn described(&mut self, operation: &Operation<'a>) -> Map<String, Value> {
        let mut action = Map::new();
        let node = &operation.node;
        action.insert("app".into(), self.options.app.as_str().into());
        let said = |key: &str| {
            node.text(key)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let summary = said("summary");
        let title = summary.map(|text| shortened(&text.replace(['\n', '\r'], " "), MAX_TITLE));
        let mut description = said("description").or(summary).map_or_else(
            || format!("{} {}", operation.method, operation.path),
            |text| shortened(text, MAX_DESCRIPTION),
        );
        if node.says("deprecated") {
            description = format!("Deprecated. {description}");
            self.report.noted("it is deprecated");
        }
        if let Some(title) = title {
            action.insert("title".into(), title.trim_end_matches('.').into());
        }
        action.insert("description".into(), description.into());
        match operation.method {
            "GET" | "HEAD" => action.insert("read_only".into(), true.into()),
            "DELETE" => action.insert("destructive".into(), true.into()),
            "PUT" => action.insert("idempotent".into(), true.into()),
            _ => None,
        };
        if !self.options.expose.is_empty() {
            action.insert("expose".into(), json!(self.options.expose));
        }
        action
    }

    /// The operation's own server, where it is another than the app's.
    fn own_server(&mut self, operation: &Operation<'a>, base: &Server) -> Option<String> {
        let root = self.resolver.root();
        let first = |node: &super::resolver::Node<'a>| node.items("servers").next();
        let server = first(&operation.node).or_else(|| first(&operation.item))?;
        if first(&root).is_some_and(|one| one.value == server.value) {
            return None;
        }
        let Some(server) = servers::of(&server, self.resolver.url(), &mut self.report) else {
            self.report
                .loosened("its own server is no address; the app's is used");
            return None;
        };
        if server.url == base.url {
            return None;
        }
        // Whoever says where the app is says where its credential goes.
        if self.options.base_url.is_some() {
            self.report
                .noted("its own server is left out: the base URL that was given is used");
            return None;
        }
        if server.is_near(self.resolver.url()) {
            self.report.loosened(
                "its own server is on this machine or in a private network, which a document does not \
                 choose; the app's is used",
            );
            return None;
        }
        if server.host != base.host {
            self.report.noted(format!(
                "it goes to {}, and the credential of the app with it",
                server.host
            ));
        }
        if !self.hosts.contains(&server.host) {
            self.hosts.push(server.host);
        }
        Some(server.url)
    }

    /// A schema that can be used; one that cannot is left open, and told.
    fn sound(&mut self, schema: Value) -> Value {
        if keyway_core::action::Schema::compile(&schema).is_ok() {
            return schema;
        }
        self.report
            .loosened("a schema cannot be used as it is; it is left open");
        let names = schema.get("properties").and_then(Value::as_object);
        let names = names.into_iter().flat_map(Map::keys);
        let properties: Map<String, Value> = names.map(|name| (name.clone(), json!({}))).collect();
        json!({ "type": "object", "properties": properties })
    }
}
