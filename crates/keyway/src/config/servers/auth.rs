use keyway_core::Secret;
use keyway_mcp::upstream::{Auth, OAuth};

use super::fields::Fields;
use crate::config::doc::{Node, Value};
use crate::config::reader::one_of;
use crate::config::suggest;

const TYPES: &[&str] = &["none", "api_key", "oauth"];
const MEMBERS: &[&str] = &[
    "type",
    "key",
    "header",
    "scheme",
    "scopes",
    "client_id",
    "client_secret",
];

/// How Keyway authenticates to a server behind HTTP.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<Auth> {
    let Some(node) = fields.get("auth") else {
        return Some(Auth::None);
    };
    match kind(fields, node)? {
        "none" => Some(Auth::None),
        "oauth" => oauth(fields, node).map(Auth::OAuth),
        _ => api_key(fields, node),
    }
}

/// A child process gets its credentials in `env`: only `none` may be said.
pub(super) fn refuse_for_stdio(fields: &mut Fields<'_>) {
    let Some(node) = fields.get("auth") else {
        return;
    };
    if kind(fields, node).is_some_and(|kind| kind != "none") {
        fields.problem_help(
            node.at,
            "auth",
            "a child process has no HTTP authentication",
            "give it credentials in `env`",
        );
    }
}

fn kind(fields: &mut Fields<'_>, node: &Node) -> Option<&'static str> {
    let expected = || format!("expected {}", one_of(TYPES));
    let word = match &node.value {
        Value::Text(_) => node,
        Value::Map(members) => {
            for (key, value) in members {
                member(fields, key, value);
            }
            let Some(word) = node.get("type") else {
                fields.problem(node.at, "auth.type", expected());
                return None;
            };
            word
        }
        Value::Null => return Some("none"),
        _ => {
            fields.problem(node.at, "auth", expected());
            return None;
        }
    };
    let text = word.text().unwrap_or_default();
    let kind = TYPES.iter().find(|kind| **kind == text).copied();
    if kind.is_none() {
        fields.problem(word.at, "auth.type", expected());
    }
    kind
}

fn member(fields: &mut Fields<'_>, key: &crate::config::doc::Key, value: &Node) {
    if key.text == "scopes" {
        if value.items().is_none() {
            fields.problem(value.at, "auth.scopes", "expected a list of texts");
        }
        return;
    }
    if MEMBERS.contains(&key.text.as_str()) {
        return;
    }
    let message = suggest::unknown("field", &key.text);
    match suggest::nearest(&key.text, MEMBERS.iter().copied()) {
        Some(near) => {
            fields.problem_help(key.at, "auth", message, format!("did you mean `{near}`?"));
        }
        None => fields.problem(key.at, "auth", message),
    }
}

/// What cannot be in a scope (RFC 6749 section 3.3).
fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

fn oauth(fields: &mut Fields<'_>, node: &Node) -> Option<OAuth> {
    let before = fields.problems.len();
    let mut scopes = Vec::new();
    for scope in node.get("scopes").and_then(Node::items).unwrap_or_default() {
        if let Some(text) = scope.text().filter(|text| is_scope(text)) {
            scopes.push(text.to_owned());
        } else {
            let expected = "expected scopes without spaces, one a text";
            fields.problem(scope.at, "auth.scopes", expected);
        }
    }
    let mut part = |name: &str| {
        let value = node.get(name)?;
        fields.resolve(value, &format!("auth.{name}"))
    };
    let (client_id, client_secret) = (part("client_id"), part("client_secret"));
    if client_secret.is_some() && client_id.is_none() {
        let at = node.get("client_secret").unwrap_or(node).at;
        let message = "a secret without `client_id` is no client";
        fields.problem(at, "auth.client_secret", message);
    }
    (fields.problems.len() == before).then(|| OAuth {
        scopes,
        client_id: client_id.map(|id| id.text),
        client_secret: client_secret.map(|secret| Secret::new(secret.text)),
        profile: String::new(),
    })
}

fn api_key(fields: &mut Fields<'_>, node: &Node) -> Option<Auth> {
    let before = fields.problems.len();
    let mut part = |name: &str| {
        let value = node.get(name)?;
        fields.resolve(value, &format!("auth.{name}"))
    };
    let (header, scheme, key) = (part("header"), part("scheme"), part("key"));
    if fields.problems.len() > before {
        return None;
    }
    let Some(key) = key.filter(|key| !key.text.trim().is_empty()) else {
        let at = node.get("key").unwrap_or(node).at;
        fields.problem_help(
            at,
            "auth.key",
            "the key is missing or empty",
            "give it as `${env:NAME}` or `@file:PATH`",
        );
        return None;
    };
    Some(Auth::ApiKey {
        header: header.map(|header| header.text),
        scheme: scheme.map(|scheme| scheme.text),
        key: Secret::new(key.text),
    })
}
