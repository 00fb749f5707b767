use serde_json::{Map, Value, json};

pub(super) fn organization() -> Value {
    object(
        &[
            ("id", text()),
            ("slug", text()),
            ("name", text()),
            ("createdAt", moment()),
            ("revision", counted()),
        ],
        &["id", "slug", "name", "createdAt", "revision"],
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
            ("revision", counted()),
        ],
        &["id", "name", "role", "createdAt", "revision"],
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
            ("revision", counted()),
        ],
        &["id", "name", "role", "createdAt", "revision"],
    )
}

pub(super) fn key(more: &[&'static str]) -> Value {
    let mut fields = vec![
        ("id", text()),
        ("name", text()),
        ("shown", text()),
        ("owner", text()),
        ("ownerName", text()),
        ("scopes", text()),
        ("state", json!({ "enum": ["active", "expired", "revoked"] })),
        ("createdAt", moment()),
        ("lastUsedAt", nullable("string")),
        ("expiresAt", nullable("string")),
        ("revokedAt", nullable("string")),
        ("rotatedFrom", nullable("string")),
        ("revision", counted()),
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
            "revision",
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

fn counted() -> Value {
    json!({ "type": "integer", "minimum": 1, "description": "How often it was changed." })
}

/// The revision a change was made of.
pub(super) fn revision() -> Value {
    json!({
        "type": "integer",
        "minimum": 1,
        "description": "What it was when it was read; 409 `changed_meanwhile` if it is not that any more."
    })
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
