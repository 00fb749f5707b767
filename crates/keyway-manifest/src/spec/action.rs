use http::Method;
use keyway_core::action::{Annotations, Expose};
use keyway_core::credential::CredentialScope;
use serde_json::{Value, json};

use super::{ErrorRule, HttpSpec, Pagination, ResultSpec, credential, errors};
use crate::fault::{Fault, Spot};
use crate::read::{Faults, Fields, Node};

const KEYS: &[&str] = &[
    "app",
    "title",
    "description",
    "input",
    "output",
    "read_only",
    "destructive",
    "idempotent",
    "open_world",
    "admin_only",
    "expose",
    "credentials",
    "markdown",
    "resource",
    "route",
    "http",
    "result",
    "errors",
    "pagination",
];

/// A credential an action needs besides its app's.
#[derive(Debug)]
pub(crate) struct NeedSpec {
    pub(crate) key: String,
    pub(crate) scope: Option<CredentialScope>,
    pub(crate) at: Spot,
}

/// The resource an action is.
#[derive(Debug)]
pub(crate) struct ResourceSpec {
    pub(crate) address: String,
    pub(crate) is_template: bool,
    pub(crate) mime_type: Option<String>,
}

/// An action as a manifest has it.
#[derive(Debug)]
pub(crate) struct ActionSpec {
    pub(crate) app: Option<(String, Spot)>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) input: Value,
    pub(crate) output: Option<Value>,
    pub(crate) annotations: Annotations,
    pub(crate) admin_only: bool,
    pub(crate) expose: Option<Expose>,
    pub(crate) credentials: Vec<NeedSpec>,
    pub(crate) markdown: bool,
    pub(crate) resource: Option<ResourceSpec>,
    /// The method and the path it is served under, and where that is said.
    pub(crate) route: Option<(Method, String)>,
    pub(crate) http: HttpSpec,
    pub(crate) result: ResultSpec,
    pub(crate) errors: Vec<ErrorRule>,
    pub(crate) pagination: Option<Pagination>,
}

impl ActionSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let http = fields.need("http", faults);
        let http = http.and_then(|node| HttpSpec::read(&node, faults));
        let result = ResultSpec::read(&fields, faults);
        let pagination = Pagination::read(&fields, &result, faults);
        let resource = fields
            .get("resource")
            .and_then(|node| resource(&node, faults));
        if resource.is_some() && fields.has("output") {
            let message = "a resource answers text, which has no schema of its own";
            faults.push(Fault::new(fields.at.member("output"), message));
        }
        let schema = |key: &str, faults: &mut Faults| {
            let node = fields.get(key)?;
            node.map(faults).map(|_| node.value.clone())
        };
        let input = schema("input", faults);
        let unreadable = fields.has("input") && input.is_none();
        if let Some(input) = &input
            && input.get("type").and_then(Value::as_str) != Some("object")
        {
            let message = "the input is an object: its `type` has to be `object`";
            faults.push(Fault::new(fields.at.member("input"), message));
        }
        if unreadable {
            return None;
        }
        Some(Self {
            app: fields.get("app").and_then(|node| {
                let slug = node.text(faults)?.to_owned();
                Some((slug, node.at))
            }),
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            input: input
                .unwrap_or_else(|| json!({ "type": "object", "additionalProperties": false })),
            output: schema("output", faults),
            annotations: Annotations {
                read_only: fields.bool("read_only", faults),
                destructive: fields.bool("destructive", faults),
                idempotent: fields.bool("idempotent", faults),
                open_world: fields.bool("open_world", faults),
            },
            admin_only: fields.flag("admin_only", faults),
            expose: expose(&fields, faults),
            credentials: needs(&fields, faults),
            markdown: fields.flag("markdown", faults),
            route: route(&fields, faults),
            resource,
            result,
            errors: errors::rules(&fields, faults),
            pagination,
            http: http?,
        })
    }
}

pub(super) fn expose(fields: &Fields<'_>, faults: &mut Faults) -> Option<Expose> {
    let items = fields.get("expose")?.items(faults);
    let mut all = Expose::NONE;
    for item in &items {
        all = all
            | match item.choice(&["mcp", "http", "ws", "cli"], faults) {
                Some("mcp") => Expose::MCP,
                Some("ws") => Expose::WS,
                Some("http") => Expose::HTTP,
                Some("cli") => Expose::CLI,
                _ => Expose::NONE,
            };
    }
    Some(all)
}

/// `POST /tickets/{id}`
fn route(fields: &Fields<'_>, faults: &mut Faults) -> Option<(Method, String)> {
    let node = fields.get("route")?;
    let text = node.text(faults)?;
    let read = text.split_once(' ').and_then(|(method, path)| {
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        Some((method, path.trim().to_owned()))
    });
    if read.is_none() {
        let fault = Fault::new(node.at, "a route is a method and a path");
        faults.push(fault.suggest("for example `POST /tickets/{id}`".to_owned()));
    }
    read
}

pub(super) fn needs(fields: &Fields<'_>, faults: &mut Faults) -> Vec<NeedSpec> {
    let Some(node) = fields.get("credentials") else {
        return Vec::new();
    };
    let mut needs = Vec::new();
    for item in node.items(faults) {
        if let Value::String(key) = item.value {
            needs.push(NeedSpec {
                key: key.clone(),
                scope: None,
                at: item.at,
            });
        } else if item.value.is_object() {
            let Some(fields) = item.fields(&["key", "scope"], faults) else {
                continue;
            };
            let scope = credential::scope(&fields, faults);
            let Some(key) = fields.need("key", faults) else {
                continue;
            };
            if let Some(text) = key.text(faults) {
                needs.push(NeedSpec {
                    key: text.to_owned(),
                    scope,
                    at: key.at,
                });
            }
        } else {
            item.expected::<()>("the key of a credential, or `key` and `scope`", faults);
        }
    }
    needs
}

fn resource(node: &Node<'_>, faults: &mut Faults) -> Option<ResourceSpec> {
    let fields = node.fields(&["uri", "template", "mime_type"], faults)?;
    let (uri, template) = (fields.text("uri", faults), fields.text("template", faults));
    let is_template = template.is_some();
    let ((Some(address), None) | (None, Some(address))) = (uri, template) else {
        return node.wrong("either `uri` or `template`", faults);
    };
    Some(ResourceSpec {
        address,
        is_template,
        mime_type: fields.text("mime_type", faults),
    })
}
