use serde_json::{Value, json};

/// JSON Schema of the sections that define something, for editors. What it cannot say, `keyway validate`
/// does.
pub(in crate::config) fn schema() -> [(&'static str, Value); 7] {
    [
        (
            "credentials",
            json!({
                "description": "Credentials of external services, by key.",
                "type": "object",
                "additionalProperties": credential(),
            }),
        ),
        (
            "apps",
            json!({
                "description": "External services, by slug: where they are, and what every request to them has.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["base_url"],
                    "properties": {
                        "title": text("A name for people."),
                        "description": text("What it is and where people get a credential for it."),
                        "base_url": text("Where its actions begin: scheme, host and the beginning of the path."),
                        "headers": map("Headers of every request."),
                        "query": map("Parameters of every request."),
                        "cookies": map("Cookies of every request."),
                        "hosts": texts("The hosts its credential may be sent to. The host of `base_url` when not given."),
                        "timeout": span(),
                        "retries": { "type": "integer", "minimum": 0, "maximum": 10 },
                        "errors": errors(),
                        "credential": { "anyOf": [{ "const": "none" }, credential()] },
                    },
                },
            }),
        ),
        (
            "actions",
            json!({
                "description": "Actions that make an HTTP request, by slug.",
                "type": "object",
                "additionalProperties": action(),
            }),
        ),
        (
            "resources",
            json!({
                "description": "What clients can read, by slug: a text, a file or what an action answers.",
                "type": "object",
                "additionalProperties": resource(),
            }),
        ),
        (
            "prompts",
            json!({
                "description": "Prompts for people to choose, by slug.",
                "type": "object",
                "additionalProperties": prompt(),
            }),
        ),
        (
            "schedules",
            json!({
                "description": "When actions run by the clock, by name.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["action", "cron"],
                    "properties": {
                        "action": text("The action, wherever it is defined."),
                        "cron": text("Minute, hour, day of the month, month, day of the week."),
                        "time_zone": text("A name of the IANA database. `UTC` when not given."),
                        "input": map("The input of its runs."),
                    },
                },
            }),
        ),
        (
            "agents",
            json!({
                "description": "Agents: a prompt, a model and what it may use, by slug.",
                "type": "object",
                "additionalProperties": agent(),
            }),
        ),
    ]
}

/// What an entry of `mcp_servers` has that is reached with credentials of its callers.
pub(in crate::config) fn with_credentials() -> [(&'static str, Value); 3] {
    [
        (
            "title",
            text("A name for people, of a server with `credentials`."),
        ),
        (
            "credentials",
            needs(
                "The credentials each caller reaches it with. `headers` and `env` are templates then.",
            ),
        ),
        ("scope", scope()),
    ]
}

fn resource() -> Value {
    let mut schema = object(json!({
        "uri": text("Where it is read: a URI like `docs://terms`."),
        "title": text("A name for people."),
        "description": text("What it holds."),
        "mime_type": { "type": "string" },
        "text": text("What it holds, as text."),
        "file": text("The file that holds it, beside the one that says so."),
        "action": text("The action whose answer it is."),
        "input": map("The input of the action."),
        "admin_only": flag("Members may not read it."),
    }));
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".into(), json!(["uri"]));
    }
    schema
}

fn prompt() -> Value {
    let message = object(json!({
        "role": { "enum": ["user", "assistant"] },
        "text": text("What is said: a template with `input`."),
    }));
    let mut schema = object(json!({
        "title": text("A name for people."),
        "description": text("What it is for."),
        "arguments": {
            "type": "object",
            "additionalProperties": object(json!({
                "title": { "type": "string" },
                "description": { "type": "string" },
                "required": { "type": "boolean", "default": true },
                "enum": { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            })),
        },
        "messages": { "anyOf": [
            { "type": "string" },
            { "type": "array", "minItems": 1, "items": { "anyOf": [{ "type": "string" }, message] } },
        ] },
        "admin_only": flag("Members may not use it."),
    }));
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("required".into(), json!(["messages"]));
    }
    schema
}

fn needs(description: &str) -> Value {
    json!({ "type": "array", "description": description, "items": { "anyOf": [
        { "type": "string" },
        object(json!({ "key": { "type": "string" }, "scope": scope() })),
    ] } })
}

fn agent() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["model"],
        "properties": {
            "name": text("A name for people; the slug when not given."),
            "description": text("What it is for, for people and for models that may use it."),
            "system_prompt": text("What its model is told before everything else."),
            "model": { "type": "string", "pattern": "^[A-Za-z0-9_.-]+/\\S+$", "description": "Which model answers: `vendor/model`." },
            "tools": texts("What it may use: an action's slug, `app:<slug>`, `agent:<slug>`, `mcp__<server>`, or names of listed tools with `*`."),
            "budget": object(json!({
                "rounds": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 50 },
                "tokens": { "type": "integer", "minimum": 1 },
                "time": span(),
                "cost_usd": { "type": ["number", "string"] },
            })),
            "max_output_tokens": { "type": "integer", "minimum": 1 },
            "output": map("JSON Schema of its last word."),
            "expose": { "type": "array", "items": { "enum": ["mcp", "http", "cli"] } },
            "admin_only": flag("Members may not use it."),
        },
    })
}

fn action() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["http"],
        "properties": {
            "app": text("The app it belongs to."),
            "title": text("A name for people."),
            "description": text("What it does, for models and people."),
            "route": text("The method and path it is served under, behind `/api`: `POST /tickets/{id}`."),
            "input": map("JSON Schema of its input."),
            "output": map("JSON Schema of its answer."),
            "read_only": flag("It changes nothing. What the method says when not given."),
            "destructive": flag("It may destroy something."),
            "idempotent": flag("Doing it twice is the same as doing it once."),
            "open_world": flag("It reaches systems beyond this one."),
            "admin_only": flag("Members may not use it."),
            "expose": { "type": "array", "items": { "enum": ["mcp", "http", "ws", "cli"] } },
            "credentials": { "type": "array", "items": { "anyOf": [
                { "type": "string" },
                object(json!({ "key": { "type": "string" }, "scope": scope() })),
            ] } },
            "markdown": flag("Its data is rendered as markdown for models."),
            "resource": object(json!({
                "uri": { "type": "string" },
                "template": { "type": "string" },
                "mime_type": { "type": "string" },
            })),
            "http": object(json!({
                "method": { "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] },
                "url": text("A path behind the app's `base_url`, or a whole URL."),
                "query": map("Parameters."),
                "headers": map("Headers."),
                "cookies": map("Cookies."),
                "body": { "description": "What is sent as JSON." },
                "form": map("What is sent as a form."),
                "text": text("What is sent as text."),
                "media_type": { "type": "string" },
                "timeout": span(),
                "retries": { "type": "integer", "minimum": 0, "maximum": 10 },
                "redirects": { "type": "integer", "minimum": 0, "maximum": 10 },
                "max_bytes": { "type": ["integer", "string"] },
            })),
            "result": object(json!({
                "select": text("What is taken of the answer: a JSONPath (RFC 9535)."),
                "one": flag("The first that is found, instead of a list of all."),
                "text": flag("The answer is text."),
                "empty": { "description": "What stands for nothing." },
            })),
            "errors": errors(),
            "pagination": object(json!({
                "cursor": object(json!({ "parameter": { "type": "string" }, "next": { "type": "string" } })),
                "page": object(json!({
                    "parameter": { "type": "string" },
                    "first": { "enum": [0, 1] },
                    "size_parameter": { "type": "string" },
                    "size": { "type": "integer", "minimum": 1 },
                })),
                "offset": object(json!({
                    "parameter": { "type": "string" },
                    "size_parameter": { "type": "string" },
                    "size": { "type": "integer", "minimum": 1 },
                })),
                "link": { "const": true },
                "max_pages": { "type": "integer", "minimum": 1, "maximum": 1000 },
            })),
        },
    })
}

fn credential() -> Value {
    object(json!({
        "title": text("A name for people."),
        "description": text("What it is and where people get one."),
        "kind": { "enum": ["api_key", "oauth2", "none"] },
        "oauth2": object(json!({
            "issuer": text("The authorization server's identifier; its metadata names the endpoints that are not given."),
            "authorization_endpoint": text("Where people agree."),
            "token_endpoint": text("Where codes become tokens."),
            "revocation_endpoint": text("Where tokens are taken back (RFC 7009)."),
            "resource": text("The resource to ask tokens for (RFC 8707)."),
            "scopes": texts("The scopes to ask for."),
            "parameters": map("Parameters of the authorization request besides those of OAuth."),
            "client_auth": { "enum": ["basic", "post"] },
            "scope_separator": text("What stands between scopes, instead of a space."),
            "pkce": flag("False for a server that refuses PKCE."),
            "token_at": text("JSON pointer to the object of the answer that holds the token."),
            "token_types": texts("Types of tokens that are sent like bearer tokens."),
            "lifetime": span(),
        })),
        "fields": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "title": { "type": "string" },
                    "description": { "type": "string" },
                    "secret": { "type": "boolean", "default": true },
                    "required": { "type": "boolean", "default": true },
                },
            },
        },
        "hosts": texts("The hosts it may be sent to."),
        "scope": scope(),
        "check": text("The action that tells whether one is good."),
    }))
}

fn errors() -> Value {
    json!({ "type": "array", "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["status", "code", "message"],
        "properties": {
            "status": {},
            "code": { "type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$" },
            "message": { "type": "string" },
            "hint": { "type": "string" },
            "kind": { "enum": [
                "malformed", "forbidden", "not_found", "conflict", "too_large", "invalid",
                "rate_limited", "bad_gateway", "unavailable", "timeout",
            ] },
        },
    } })
}

fn scope() -> Value {
    json!({ "enum": ["org", "organization", "project", "user"] })
}

fn object(properties: Value) -> Value {
    let mut schema = serde_json::Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("additionalProperties".into(), false.into());
    schema.insert("properties".into(), properties);
    Value::Object(schema)
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn map(description: &str) -> Value {
    json!({ "type": "object", "description": description })
}

fn span() -> Value {
    json!({ "type": ["integer", "string"], "description": "A time span like `30s`." })
}
