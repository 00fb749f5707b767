use keyway_core::credential::{CredentialKind, CredentialScope, OAuth2};
use keyway_core::ports::Hosts;
use serde_json::{Map, Value, json};

use super::oauth2;
use crate::fault::{Fault, Spot};
use crate::read::{Faults, Fields, Node};

/// The keys of a credential.
const KEYS: &[&str] = &[
    "title",
    "description",
    "kind",
    "fields",
    "oauth2",
    "hosts",
    "scope",
    "check",
];

/// A credential as a manifest has it.
#[derive(Debug, Clone)]
pub(crate) struct CredentialSpec {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) kind: CredentialKind,
    /// The authorization server, for one of the kind `oauth2`.
    pub(crate) oauth2: Option<OAuth2>,
    /// JSON Schema of its fields together.
    pub(crate) schema: Value,
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) scope: Option<CredentialScope>,
    pub(crate) check: Option<(String, Spot)>,
}

impl CredentialSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let kind = fields
            .get("kind")
            .and_then(|kind| kind.choice(&["api_key", "oauth2", "none"], faults));
        let server = fields.get("oauth2");
        let kind = match (kind, &server) {
            (Some("none"), _) => CredentialKind::None,
            (Some("oauth2"), _) | (None, Some(_)) => CredentialKind::OAuth2,
            _ => CredentialKind::ApiKey,
        };
        let oauth2 = match (kind, server) {
            (CredentialKind::OAuth2, server) => {
                let server = server.or_else(|| fields.need("oauth2", faults))?;
                Some(oauth2::read(&server, faults)?)
            }
            (_, Some(server)) => {
                let message = "only a credential of the kind `oauth2` has an authorization server";
                faults.push(Fault::new(server.at, message));
                None
            }
            (_, None) => None,
        };
        let schema = match (kind, fields.get("fields")) {
            (CredentialKind::None, Some(node)) => {
                let message = "a credential of the kind `none` has no fields";
                faults.push(Fault::new(node.at, message));
                None
            }
            (CredentialKind::OAuth2, Some(node)) => {
                let message = "the field of a credential of the kind `oauth2` is `accessToken`";
                let fault = Fault::new(node.at, message);
                faults.push(fault.suggest("leave `fields` away"));
                None
            }
            (CredentialKind::None | CredentialKind::OAuth2, None) => {
                Some(json!({ "type": "object" }))
            }
            (_, node) => {
                let node = node.or_else(|| fields.need("fields", faults))?;
                object(&node, faults)
            }
        };
        Some(Self {
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            kind,
            oauth2,
            hosts: hosts(&fields, faults),
            scope: scope(&fields, faults),
            check: fields.get("check").and_then(|check| {
                let slug = check.text(faults)?.to_owned();
                Some((slug, check.at))
            }),
            schema: schema?,
        })
    }
}

/// Hosts that were declared.
pub(crate) fn hosts(fields: &Fields<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let node = fields.get("hosts")?;
    let texts = fields.texts("hosts", faults)?;
    if let Err(error) = Hosts::new(&texts) {
        faults.push(Fault::new(node.at, error.to_string()));
    }
    Some(texts)
}

/// The only scope a credential is looked for at.
pub(crate) fn scope(fields: &Fields<'_>, faults: &mut Faults) -> Option<CredentialScope> {
    let words = &["org", "organization", "project", "user"];
    fields.get("scope")?.choice(words, faults)?.parse().ok()
}

/// The schema of the fields together.
fn object(node: &Node<'_>, faults: &mut Faults) -> Option<Value> {
    let members = node.members(faults);
    if members.is_empty() {
        return node.wrong("at least one field", faults);
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, field) in members {
        if !is_name(name) {
            let what = "a name of letters, digits and `_` that begins with a letter";
            field.wrong::<()>(what, faults);
            continue;
        }
        let Some(map) = field.map(faults) else {
            continue;
        };
        let mut property = map.clone();
        let mut flag = |key: &str, faults: &mut Faults| {
            let value = property.remove(key)?;
            Node::new(&value, field.at.member(key)).bool(faults)
        };
        let secret = flag("secret", faults).unwrap_or(true);
        if flag("required", faults).unwrap_or(true) {
            required.push(Value::from(name));
        }
        if !["type", "$ref", "enum", "const", "anyOf", "oneOf", "allOf"]
            .iter()
            .any(|key| property.contains_key(*key))
        {
            property.insert("type".into(), "string".into());
        }
        property.insert("writeOnly".into(), secret.into());
        properties.insert(name.to_owned(), property.into());
    }
    Some(json!({ "type": "object", "properties": properties, "required": required }))
}

fn is_name(name: &str) -> bool {
    let first = name.chars().next();
    name.len() <= 64
        && first.is_some_and(|c| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
