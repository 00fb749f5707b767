//! What clients were let do, and the clients themselves.

use serde_json::{Map, Value, json};

use super::operation::{page, part};
use super::paths::responses;

/// `/v1/oauth/…`
pub(super) fn paths() -> Map<String, Value> {
    let clients = json!({ "get": list_clients(), "post": create_client() });
    let id = || {
        parameter(
            "id",
            "path",
            "The client's id; one that is a URL is percent-encoded.",
            &text(),
        )
    };
    let client = json!({
        "get": {
            "operationId": "show_oauth_client",
            "summary": "Show an OAuth client",
            "parameters": [id()],
            "responses": responses(shown(&client()), &REFUSALS)
        },
        "patch": change_client(&id()),
        "delete": ends("delete_oauth_client", "Delete a client with all that was granted to it", &id())
    });
    let disable = json!({
        "post": ends("disable_oauth_client", "Keep a client out: its tokens stop working at once", &id())
    });
    let enable = json!({
        "post": ends("enable_oauth_client", "Let a client in again", &id())
    });
    let grant = || parameter("id", "path", "The grant's id.", &text());
    let revoke = json!({
        "delete": ends(
            "revoke_oauth_grant",
            "End a grant: its tokens stop working and its streams end at once",
            &grant(),
        )
    });
    [
        ("/v1/oauth/clients", clients),
        ("/v1/oauth/clients/{id}", client),
        ("/v1/oauth/clients/{id}/disable", disable),
        ("/v1/oauth/clients/{id}/enable", enable),
        ("/v1/oauth/grants", json!({ "get": list_grants() })),
        ("/v1/oauth/grants/{id}", revoke),
        (
            "/v1/oauth/grants/revoke",
            json!({ "post": revoke_grants() }),
        ),
    ]
    .map(|(path, operation)| (path.to_owned(), operation))
    .into_iter()
    .collect()
}

const REFUSALS: [&str; 8] = ["400", "401", "403", "404", "405", "406", "422", "429"];

fn parameter(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name, "in": place, "required": place == "path",
        "description": description, "schema": schema
    })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn shown(schema: &Value) -> Value {
    json!({ "description": "It is here.", "content": { "application/json": { "schema": schema } } })
}

fn list_clients() -> Value {
    let all = page("clients", &client());
    json!({
        "operationId": "list_oauth_clients",
        "summary": "List the OAuth clients an admin made, and those that somebody let in",
        "parameters": part(),
        "responses": responses(shown(&all), &REFUSALS)
    })
}

fn create_client() -> Value {
    let input = json!({
        "type": "object",
        "properties": {
            "name": text(),
            "redirectUris": { "type": "array", "items": text() },
            "authMethod": {
                "enum": ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
                "default": "client_secret_basic"
            },
            "grantTypes": { "type": "array", "items": text() },
            "scope": { "type": "string", "description": "The most it may ask for." },
            "serviceAccount": { "type": "string", "description": "Whom it acts as by itself." },
            "jwks": { "type": "object", "description": "Its public keys, for private_key_jwt." }
        },
        "required": ["name"],
        "additionalProperties": false
    });
    let mut made = responses(Value::Null, &[&REFUSALS[..], &["413", "415"]].concat());
    if let Some(answers) = made.as_object_mut() {
        answers.remove("200");
        let description = "It is made. `secret` is shown this once.";
        let answer = json!({
            "description": description,
            "content": { "application/json": { "schema": client() } }
        });
        answers.insert("201".into(), answer);
    }
    json!({
        "operationId": "create_oauth_client",
        "summary": "Make an OAuth client; for owners and admins",
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": made
    })
}

fn change_client(id: &Value) -> Value {
    let input = json!({
        "type": "object",
        "properties": {
            "name": text(),
            "redirectUris": { "type": "array", "items": text() },
            "scope": { "type": "string", "description": "The most it may ask for; empty for no bound." },
            "revision": {
                "type": "integer", "minimum": 1,
                "description": "What it was when it was read; 409 `changed_meanwhile` if it is not that any more."
            }
        },
        "additionalProperties": false
    });
    json!({
        "operationId": "change_oauth_client",
        "summary": "Change an OAuth client that an admin made",
        "parameters": [id],
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": responses(shown(&client()), &[&REFUSALS[..], &["409", "413", "415"]].concat())
    })
}

fn list_grants() -> Value {
    let page = json!({
        "type": "object",
        "properties": {
            "grants": { "type": "array", "items": grant() },
            "next": { "type": ["string", "null"], "description": "The cursor of the next page." }
        },
        "required": ["grants", "next"]
    });
    json!({
        "operationId": "list_oauth_grants",
        "summary": "List what people let clients do, the newest first; members see their own",
        "parameters": [
            parameter("client", "query", "Those of this client.", &text()),
            parameter("owner", "query", "Those this person or service account gave.", &text()),
            parameter(
                "state", "query", "Whether those that are over count, too.",
                &json!({ "enum": ["active", "any"], "default": "active" }),
            ),
            parameter("search", "query", "Those in the name of whose client or owner this is found.", &text()),
            parameter("cursor", "query", "The `next` of the page before.", &text()),
            parameter(
                "limit", "query", "The most grants of a page.",
                &json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
            ),
        ],
        "responses": responses(shown(&page), &REFUSALS)
    })
}

fn revoke_grants() -> Value {
    let input = json!({
        "type": "object",
        "description": "One of the three.",
        "properties": {
            "client": text(),
            "owner": text(),
            "all": { "type": "boolean" }
        },
        "additionalProperties": false
    });
    let count = json!({
        "type": "object",
        "properties": { "revoked": { "type": "integer", "minimum": 0 } },
        "required": ["revoked"]
    });
    json!({
        "operationId": "revoke_oauth_grants",
        "summary": "End all grants of a client, of a person, or of the organization",
        "requestBody": { "required": true, "content": { "application/json": { "schema": input } } },
        "responses": responses(shown(&count), &REFUSALS)
    })
}

/// An operation that answers nothing but that it is done.
fn ends(id: &str, summary: &str, parameter: &Value) -> Value {
    let mut answers = responses(Value::Null, &REFUSALS);
    if let Some(answers) = answers.as_object_mut() {
        answers.remove("200");
        answers.insert("204".into(), json!({ "description": "It is done." }));
    }
    json!({
        "operationId": id, "summary": summary, "parameters": [parameter], "responses": answers
    })
}

fn client() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "kind": { "enum": ["registered", "document", "configured"] },
            "name": text(),
            "state": { "enum": ["active", "disabled"] },
            "authMethod": text(),
            "grantTypes": { "type": "array", "items": text() },
            "redirectUris": { "type": "array", "items": text() },
            "scope": { "type": ["string", "null"] },
            "serviceAccount": { "type": ["string", "null"] },
            "createdAt": { "type": "string", "format": "date-time" },
            "lastUsedAt": { "type": "string", "format": "date-time" },
            "revision": { "type": "integer", "minimum": 1 },
            "secret": { "type": "string", "description": "Only when it was just made." }
        },
        "required": ["id", "kind", "name", "state"]
    })
}

fn grant() -> Value {
    let moment = json!({ "type": "string", "format": "date-time" });
    let maybe = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "client": text(),
            "clientName": text(),
            "owner": text(),
            "ownerName": text(),
            "kind": { "enum": ["code", "device", "client"] },
            "scopes": text(),
            "resource": text(),
            "state": { "enum": ["active", "expired", "revoked"] },
            "createdAt": moment,
            "lastUsedAt": maybe,
            "expiresAt": moment,
            "revokedAt": maybe,
            "revokedFor": { "enum": ["user", "admin", "client", "replay", "reuse", null] }
        },
        "required": ["id", "client", "owner", "scopes", "state", "createdAt", "expiresAt"]
    })
}
