//! What providers are installed with.

use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};
use super::publications::{field, installation_state, moment, page, text, workspace};

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    let of = |path, method, id, summary, input, answer| Operation {
        path,
        method,
        id,
        summary,
        input,
        answer,
    };
    paths_of(vec![
        of(
            "/v1/installations",
            "get",
            "list_installations",
            "List the installations, the last made first; with `cursor` and `limit`",
            None,
            Answer::Shows(page("installations", &installation())),
        ),
        of(
            "/v1/installations/{id}",
            "get",
            "show_installation",
            "Show an installation; never a secret",
            None,
            Answer::Shows(installation()),
        ),
        of(
            "/v1/installations/{id}",
            "patch",
            "change_installation",
            "Change what the provider was told, and its secrets",
            Some(input(true)),
            Answer::Shows(installation()),
        ),
        of(
            "/v1/installations/{id}",
            "delete",
            "uninstall",
            "Uninstall: tokens and secrets go, the publication is paused; it can be installed again",
            None,
            Answer::Shows(installation()),
        ),
        of(
            "/v1/installations/{id}/connect",
            "post",
            "connect_installation",
            "Install with what is typed in alone; nothing of it is kept where the third party does not take it",
            Some(input(false)),
            Answer::Shows(installation()),
        ),
        of(
            "/v1/installations/{id}/authorize",
            "post",
            "authorize_installation",
            "Say where an administrator begins to install in a browser",
            None,
            Answer::Shows(json!({
                "type": "object",
                "properties": { "url": text() },
                "required": ["url"]
            })),
        ),
        of(
            "/v1/installations/{id}/setup-links",
            "post",
            "make_setup_link",
            "Make a link with which whoever has it installs, once, within seven days; the one before works no more",
            None,
            Answer::Makes(json!({
                "type": "object",
                "properties": {
                    "url": { "type": "string", "description": "Shown this once." },
                    "expiresAt": moment()
                },
                "required": ["url", "expiresAt"]
            })),
        ),
        of(
            "/v1/installations/{id}/setup-links",
            "delete",
            "revoke_setup_link",
            "Revoke the setup link",
            None,
            Answer::Nothing,
        ),
        of(
            "/v1/installations/{id}/rotate-secret",
            "post",
            "rotate_webhook_secret",
            "Replace what webhooks are signed with; the one before is good for another 24 hours. It is shown this once",
            Some(json!({
                "type": "object",
                "properties": {
                    "secret": { "type": "string", "writeOnly": true, "description": "Made here when absent." }
                },
                "additionalProperties": false
            })),
            Answer::Shows(with_secret()),
        ),
    ])
}

fn input(with_revision: bool) -> Value {
    let fields = json!({
        "type": "object",
        "description": "By the names of the provider's fields; null takes away what is there.",
        "additionalProperties": { "type": ["string", "null"] }
    });
    let input = json!({
        "type": "object",
        "properties": { "fields": fields },
        "additionalProperties": false
    });
    if !with_revision {
        return input;
    }
    let revision = json!({ "type": "integer", "description": "As it was read." });
    with(input, "revision", revision)
}

fn typed() -> Value {
    let set = json!({ "type": "boolean", "description": "Whether there is something in it." });
    with(field(), "set", set)
}

fn with_secret() -> Value {
    let secret = json!({ "type": "string", "description": "Shown this once." });
    with(installation(), "secret", secret)
}

/// A schema of an object with one more property.
fn with(mut schema: Value, name: &str, property: Value) -> Value {
    let properties = schema.get_mut("properties");
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        properties.insert(name.to_owned(), property);
    }
    schema
}

fn installation() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "provider": text(),
            "providerName": text(),
            "install": { "enum": ["credentials", "oauth", "manifest"] },
            "publication": text(),
            "name": { "type": "string", "description": "The publication's name." },
            "state": installation_state(),
            "workspace": workspace(),
            "settings": { "type": "object" },
            "fields": { "type": "array", "items": typed() },
            "addresses": {
                "type": "object",
                "description": "What the third party is told of this gateway.",
                "properties": { "webhook": text(), "callback": text() },
                "required": ["webhook", "callback"]
            },
            "secretBeforeUntil": moment(),
            "setupLinkUntil": moment(),
            "revision": { "type": "integer" },
            "createdAt": moment(),
            "installedAt": moment(),
            "installedBy": text(),
            "changedAt": moment(),
            "changedBy": text()
        },
        "required": ["id", "provider", "providerName", "install", "publication", "name", "state", "settings", "fields", "addresses", "revision", "createdAt"]
    })
}
