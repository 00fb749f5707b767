use serde_json::{Map, Value, json};

pub(super) fn organization() -> Value {
    object(
        &[
            ("id", text()),
            ("slug", text()),
            ("name", text()),
            ("createdAt", moment()),
        ],
        &["id", "slug", "name", "createdAt"],
    )
}

pub(super) fn member() -> Value {
    object(
        &[
            ("id", text()),
            ("name", text()),
            ("email", nullable("string")),
            ("role", role(&["owner", "admin", "member"])),
            ("createdAt", moment()),
            ("disabledAt", nullable("string")),
        ],
        &["id", "name", "role", "createdAt"],
    )
}

pub(super) fn invitation(more: &[&'static str]) -> Value {
    let mut fields = vec![
        ("id", text()),
        ("email", email()),
        ("role", role(&["owner", "admin", "member"])),
        (
            "state",
            json!({ "enum": ["open", "accepted", "revoked", "expired"] }),
        ),
        ("invitedBy", nullable("string")),
        ("createdAt", moment()),
        ("expiresAt", moment()),
    ];
    fields.extend(more.iter().map(|name| (*name, text())));
    object(
        &fields,
        &["id", "email", "role", "state", "createdAt", "expiresAt"],
    )
}

pub(super) fn account() -> Value {
    object(
        &[
            ("id", text()),
            ("name", text()),
            ("role", role(&["admin", "member"])),
            ("createdAt", moment()),
            ("disabledAt", nullable("string")),
        ],
        &["id", "name", "role", "createdAt"],
    )
}

pub(super) fn key(more: &[&'static str]) -> Value {
    let mut fields = vec![
        ("id", text()),
        ("name", text()),
        ("shown", text()),
        ("owner", text()),
        ("scopes", text()),
        ("state", json!({ "enum": ["active", "expired", "revoked"] })),
        ("createdAt", moment()),
        ("lastUsedAt", nullable("string")),
        ("expiresAt", nullable("string")),
        ("revokedAt", nullable("string")),
        ("rotatedFrom", nullable("string")),
    ];
    fields.extend(more.iter().map(|name| (*name, text())));
    object(
        &fields,
        &[
            "id",
            "name",
            "shown",
            "owner",
            "scopes",
            "state",
            "createdAt",
        ],
    )
}

pub(super) fn object(fields: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<_, _> = fields
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

pub(super) fn list(name: &str, item: &Value) -> Value {
    object(
        &[(name, json!({ "type": "array", "items": item }))],
        &[name],
    )
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn described(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

pub(super) fn email() -> Value {
    json!({ "type": "string", "format": "email" })
}

pub(super) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn nullable(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

pub(super) fn role(all: &[&str]) -> Value {
    json!({ "enum": all })
}
