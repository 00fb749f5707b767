use serde_json::{Map, Value, json};

use super::keys::all as all_keys;
use super::reader::Kind;
use super::servers::FIELDS;

/// JSON Schema (2020-12) of `keyway.yaml`, made from the table that reads it.
pub fn schema() -> Value {
    let mut root = Map::new();
    for key in all_keys() {
        put(&mut root, key.path, leaf(key.kind, key.doc, &key.default()));
    }
    root.insert("mcp_servers".into(), servers());
    root.insert("models".into(), models());
    for (section, of) in super::definitions::schema() {
        root.insert(section.to_owned(), of);
    }
    let mut schema = object(root);
    if let Some(schema) = schema.as_object_mut() {
        let dialect = "https://json-schema.org/draft/2020-12/schema";
        schema.insert("$schema".into(), dialect.into());
        schema.insert("title".into(), "keyway.yaml".into());
    }
    schema
}

/// Puts a key's schema where its dotted path says, making sections on the way.
fn put(properties: &mut Map<String, Value>, path: &str, leaf: Value) {
    let Some((section, rest)) = path.split_once('.') else {
        properties.insert(path.to_owned(), leaf);
        return;
    };
    let section = properties
        .entry(section)
        .or_insert_with(|| object(Map::new()));
    let inner = section.get_mut("properties");
    if let Some(inner) = inner.and_then(Value::as_object_mut) {
        put(inner, rest, leaf);
    }
}

fn servers() -> Value {
    let fields = FIELDS.iter().map(|field| {
        let mut schema: Value = serde_json::from_str(field.schema).unwrap_or_default();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), field.doc.into());
        }
        (field.name.to_owned(), schema)
    });
    let more = super::definitions::with_credentials();
    let more = more
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema));
    let mut entry = object(fields.chain(more).collect());
    if let Some(entry) = entry.as_object_mut() {
        let either = json!([{ "required": ["command"] }, { "required": ["url"] }]);
        entry.insert("anyOf".into(), either);
    }
    json!({
        "description": "MCP servers Keyway is a client of, by name.",
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$" },
        "additionalProperties": entry,
    })
}

fn models() -> Value {
    let dollars =
        json!({ "type": ["number", "string"], "description": "US dollars for a million tokens." });
    json!({
        "description": "Who answers for agents.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "vendors": {
                "description": "Vendors beside the known ones, or other addresses and keys of these, by the name before the slash.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "kind": { "enum": ["anthropic", "openai", "gemini"] },
                        "base_url": { "type": "string", "format": "uri" },
                        "key": { "type": "string", "description": "`@env:NAME`, `@file:PATH`, or the key." }
                    }
                }
            },
            "prices": {
                "description": "What models cost, by `vendor/model`: budgets in money need it.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["input", "output"],
                    "properties": { "input": dollars, "output": dollars }
                }
            }
        }
    })
}

fn object(properties: Map<String, Value>) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("additionalProperties".into(), false.into());
    schema.insert("properties".into(), Value::Object(properties));
    Value::Object(schema)
}

fn leaf(kind: Kind, doc: &str, default: &Value) -> Value {
    let mut schema = match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Bytes(min, max) => json!({ "oneOf": [
            { "type": "integer", "minimum": min, "maximum": max },
            { "type": "string", "pattern": "^[0-9]+ *([kKmMgG](i[bB])?|[bB])?$" },
        ]}),
        Kind::Duration(..) => json!({ "oneOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^[0-9]+ *(ms|s|m|min|h|d)?$" },
        ]}),
        Kind::Text | Kind::Path | Kind::Address => json!({ "type": "string", "minLength": 1 }),
        Kind::Url => json!({ "type": "string", "format": "uri" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Choices(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::List | Kind::Paths => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Command => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        Kind::Providers => json!({ "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["id", "issuer", "client_id"],
            "properties": {
                "id": { "type": "string", "pattern": "^[a-z0-9-]{1,32}$" },
                "name": { "type": "string" },
                "issuer": { "type": "string", "format": "uri" },
                "client_id": { "type": "string" },
                "client_secret": { "type": "string", "pattern": "^@(env|file):" },
                "scopes": { "type": "array", "items": { "type": "string" } },
                "groups_claim": { "type": "string" },
                "roles": { "type": "object", "additionalProperties": { "enum": ["admin", "member"] } },
                "allowed_domains": { "type": "array", "items": { "type": "string" } },
                "organization": { "type": "string" },
            },
        }}),
        Kind::Clients => json!({ "type": "object", "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "required": ["client_id"],
            "properties": {
                "client_id": { "type": "string", "minLength": 1 },
                "client_secret": { "type": "string", "pattern": "^@(env|file):" },
            },
        }}),
        Kind::Icons => json!({ "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["src"],
            "properties": {
                "src": { "type": "string", "pattern": "^(https://|data:)" },
                "mime_type": { "type": "string" },
                "sizes": { "type": "array", "items": { "type": "string" } },
            },
        }}),
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".into(), doc.into());
        if !default.is_null() {
            schema.insert("default".into(), default.clone());
        }
    }
    schema
}
