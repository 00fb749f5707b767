//! Agents that are reached by webhooks.

use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};
use super::publication_limits::{limits, schedule, usage};

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
    let mut paths = paths_of(vec![
        of(
            "/v1/integrations",
            "get",
            "list_integrations",
            "List the providers that agents can be published through",
            None,
            Answer::Shows(json!({
                "type": "object",
                "properties": { "integrations": { "type": "array", "items": integration() } },
                "required": ["integrations"]
            })),
        ),
        of(
            "/v1/publications",
            "get",
            "list_publications",
            "List the publications, the last made first; with `cursor` and `limit`",
            None,
            Answer::Shows(page("publications", &publication())),
        ),
        of(
            "/v1/publications",
            "post",
            "create_publication",
            "Publish an agent: what a third party signs and sends to `url` is said to it. The secret is shown this once",
            Some(new()),
            Answer::Makes(publication()),
        ),
        of(
            "/v1/publications/{id}",
            "get",
            "show_publication",
            "Show a publication; never its secret",
            None,
            Answer::Shows(publication()),
        ),
        of(
            "/v1/publications/{id}",
            "patch",
            "change_publication",
            "Change, pause or resume a publication",
            Some(patch()),
            Answer::Shows(publication()),
        ),
        of(
            "/v1/publications/{id}",
            "delete",
            "remove_publication",
            "Remove a publication: its address is nobody's and its secret is gone",
            None,
            Answer::Nothing,
        ),
        of(
            "/v1/publications/{id}/usage",
            "get",
            "show_publication_usage",
            "Show what a publication took on the last days on which it took anything, at most 90",
            None,
            Answer::Shows(usage()),
        ),
    ]);
    paths.insert(
        "/webhook/{provider}/{publication}".into(),
        webhook(
            "webhook",
            "Take in a webhook that is signed as its publication says",
            &["provider", "publication"],
        ),
    );
    paths.insert(
        "/webhook/{provider}".into(),
        webhook(
            "app_webhook",
            "Take in a webhook of an app that is installed more than once; its body says where",
            &["provider"],
        ),
    );
    let pressed = "/webhook/{provider}/{publication}/interactive";
    paths.insert(pressed.into(), interactive());
    paths
}

/// Where third parties send to. It is not for clients of the gateway.
fn webhook(id: &str, summary: &str, parameters: &[&str]) -> Value {
    let parameter =
        |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": text() });
    let parameters: Vec<_> = parameters.iter().map(|name| parameter(name)).collect();
    json!({
        "post": {
            "operationId": id,
            "summary": summary,
            "security": [{}],
            "parameters": parameters,
            "requestBody": { "required": true, "content": { "application/json": { "schema": {} } } },
            "responses": {
                "200": { "description": "It is recorded, or was before." },
                "401": { "description": "It is not signed by who has the secret, or nothing is published here." },
                "413": { "description": "It is larger than `limits.body_bytes`." },
                "503": { "description": "It cannot be recorded right now; send it again." }
            }
        }
    })
}

/// Where third parties send what people press.
fn interactive() -> Value {
    let parameter =
        |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": text() });
    let form = json!({ "application/x-www-form-urlencoded": { "schema": { "type": "object" } } });
    json!({
        "post": {
            "operationId": "interactive",
            "summary": "Take in that somebody pressed a button, signed as the publication's webhooks are",
            "security": [{}],
            "parameters": [parameter("provider"), parameter("publication")],
            "requestBody": { "required": true, "content": form },
            "responses": {
                "200": { "description": "It counted, did before, or counts for nothing." },
                "401": { "description": "It is not signed by who has the secret, or nothing is published here." },
                "404": { "description": "The provider has no buttons." },
                "413": { "description": "It is larger than `limits.body_bytes`." }
            }
        }
    })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn page(name: &str, item: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            name: { "type": "array", "items": item },
            "nextCursor": text()
        },
        "required": [name]
    })
}

fn granularity() -> Value {
    json!({
        "enum": ["per_workspace", "per_user", "per_channel", "per_thread", "per_issue", "per_event"],
        "description": "Which events meet in one session."
    })
}

fn integration() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "displayName": text(),
            "install": { "enum": ["credentials", "oauth", "manifest"] },
            "granularities": { "type": "array", "items": granularity() },
            "usualGranularity": granularity(),
            "scopes": {
                "type": "array",
                "description": "What publications may be let do there.",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": text(),
                        "description": text(),
                        "usual": { "type": "boolean", "description": "Whether a publication has it where nothing is said." }
                    },
                    "required": ["name", "description", "usual"]
                }
            },
            "fields": { "type": "array", "items": field(), "description": "What whoever installs is asked for." },
            "publications": { "type": "integer", "minimum": 0 }
        },
        "required": ["id", "displayName", "install", "granularities", "usualGranularity", "scopes", "fields", "publications"]
    })
}

/// A field of an installation.
pub(super) fn field() -> Value {
    let flag = |what: &str| json!({ "type": "boolean", "description": what });
    json!({
        "type": "object",
        "properties": {
            "name": text(),
            "title": text(),
            "help": text(),
            "secret": flag("Whether nobody sees it again."),
            "required": flag("Whether there is no installation without it.")
        },
        "required": ["name", "title", "help", "secret", "required"]
    })
}

fn verification() -> Value {
    let tolerance = json!({ "type": "integer", "minimum": 1, "maximum": 3600, "default": 300 });
    json!({
        "oneOf": [
            {
                "type": "object",
                "description": "An HMAC in a header.",
                "properties": {
                    "kind": { "const": "hmac" },
                    "header": text(),
                    "prefix": { "type": "string", "description": "What stands before it, like `sha256=`." },
                    "encoding": { "enum": ["hex", "base64"], "default": "hex" },
                    "algorithm": { "enum": ["sha256", "sha512"], "default": "sha256" },
                    "signed": {
                        "type": "string",
                        "default": "{body}",
                        "description": "What is signed: a text that ends in `{body}`, with `{timestamp}` where there is a header of it."
                    },
                    "timestampHeader": { "type": "string", "description": "The header with the seconds since 1970." },
                    "toleranceSeconds": tolerance
                },
                "required": ["kind", "header"],
                "additionalProperties": false
            },
            {
                "type": "object",
                "description": "As Standard Webhooks has it.",
                "properties": { "kind": { "const": "standard_webhooks" }, "toleranceSeconds": tolerance },
                "required": ["kind"],
                "additionalProperties": false
            }
        ]
    })
}

fn settings() -> Value {
    let pointer =
        |what: &str| json!({ "type": "string", "format": "json-pointer", "description": what });
    json!({
        "type": "object",
        "description": "Of the provider `webhook`.",
        "properties": {
            "verification": verification(),
            "eventId": pointer("The event's own key. Without one, two with the same body are one."),
            "conversation": pointer("The key of the conversation."),
            "message": pointer("The text; the whole body where absent."),
            "actor": pointer("Who caused it."),
            "about": pointer("What it is about.")
        },
        "required": ["verification"],
        "additionalProperties": false
    })
}

fn triggers() -> Value {
    json!({
        "type": "object",
        "description": "All of it has to hold.",
        "properties": {
            "actors": { "type": "array", "items": text(), "description": "Who may have caused it." },
            "where": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": { "type": "string", "format": "json-pointer" },
                        "equals": { "type": "array", "items": {}, "minItems": 1 }
                    },
                    "required": ["pointer", "equals"],
                    "additionalProperties": false
                }
            }
        },
        "additionalProperties": false
    })
}

fn fields() -> Map<String, Value> {
    let fields = json!({
        "name": text(),
        "agent": { "type": "string", "description": "The agent's slug." },
        "granularity": granularity(),
        "settings": settings(),
        "triggers": triggers(),
        "limits": limits(),
        "schedule": schedule(),
        "scopes": {
            "type": "array",
            "items": text(),
            "description": "What it may do there, of the scopes that `/v1/integrations` lists; the usual ones where absent."
        }
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn new() -> Value {
    let mut fields = fields();
    let account = json!({ "type": "string", "description": "The service account that its sessions act as, by id." });
    fields.insert("provider".into(), text());
    fields.insert("serviceAccount".into(), account);
    let secret =
        json!({ "type": "string", "writeOnly": true, "description": "Made here when absent." });
    fields.insert("secret".into(), secret);
    json!({
        "type": "object",
        "properties": fields,
        "required": ["provider", "name", "agent", "serviceAccount", "settings"],
        "additionalProperties": false
    })
}

fn patch() -> Value {
    let mut fields = fields();
    let revision = json!({ "type": "integer", "description": "As it was read." });
    fields.insert("revision".into(), revision);
    fields.insert("paused".into(), json!({ "type": "boolean" }));
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

fn publication() -> Value {
    let mut fields = fields();
    for (name, schema) in [
        ("id", text()),
        ("provider", text()),
        (
            "url",
            json!({ "type": "string", "description": "Where the third party sends to." }),
        ),
        ("serviceAccount", text()),
        ("installation", text()),
        ("state", installation_state()),
        ("workspace", workspace()),
        ("paused", json!({ "type": "boolean" })),
        ("nextRunAt", moment()),
        ("revision", json!({ "type": "integer" })),
        (
            "secret",
            json!({ "type": "string", "description": "When it was made, and never again." }),
        ),
        ("createdAt", moment()),
        ("createdBy", text()),
        ("changedAt", moment()),
        ("changedBy", text()),
    ] {
        fields.insert(name.into(), schema);
    }
    json!({
        "type": "object",
        "properties": fields,
        "required": ["id", "provider", "url", "name", "agent", "serviceAccount", "granularity", "settings", "triggers", "limits", "schedule", "scopes", "installation", "state", "paused", "revision"]
    })
}

/// How far an installation is.
pub(super) fn installation_state() -> Value {
    json!({ "enum": ["pending", "waiting", "installed", "suspended", "revoked", "needs_reauth"] })
}

/// Where something is installed.
pub(super) fn workspace() -> Value {
    let maybe = || json!({ "type": ["string", "null"] });
    json!({
        "type": "object",
        "description": "Where it is installed.",
        "properties": {
            "id": text(),
            "name": text(),
            "url": maybe(),
            "botId": maybe(),
            "botName": maybe(),
            "granted": { "type": "array", "items": text() }
        },
        "required": ["id", "name"]
    })
}
