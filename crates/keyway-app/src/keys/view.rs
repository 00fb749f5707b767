use jiff::Timestamp;
use keyway_core::{ApiKeyId, Secret};
use keyway_store::{ApiKey, NewApiKey};

use super::SecretText;

/// A key that was just made. This is the only moment its text is known.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key itself.
    pub secret: Secret<String>,
    /// The key as it will be listed.
    pub view: ApiKeyView,
}

/// A key as it is listed.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub shown: String,
    /// Whose it is.
    pub owner: String,
    /// Their name; not told of a key that was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// What it may be used for.
    pub scopes: String,
    /// Whether it works.
    pub state: ApiKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is no longer valid.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key it replaced.
    pub rotated_from: Option<ApiKeyId>,
    /// How often its name was changed, from 1. A change may name the one it was made of.
    pub revision: i64,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

pub(super) fn issued(
    key: &SecretText,
    row: NewApiKey,
    rotated_from: Option<ApiKeyId>,
) -> IssuedKey {
    IssuedKey {
        secret: key.secret().clone(),
        view: ApiKeyView {
            id: row.id,
            name: row.name,
            shown: row.shown,
            owner: row.owner.as_str().to_owned(),
            owner_name: None,
            scopes: row.scopes.to_string(),
            state: ApiKeyState::Active,
            created_at: row.created_at,
            last_used_at: None,
            expires_at: row.expires_at,
            revoked_at: None,
            rotated_from,
            revision: 1,
        },
    }
}

pub(super) fn view(key: ApiKey, now: Timestamp) -> ApiKeyView {
    ApiKeyView {
        state: state(&key, now),
        id: key.id,
        name: key.name,
        shown: key.shown,
        owner: key.owner.as_str().to_owned(),
        owner_name: Some(key.owner_name),
        scopes: key.scopes.to_string(),
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        rotated_from: key.rotated_from,
        revision: key.revision,
    }
}

pub(super) fn state(key: &ApiKey, now: Timestamp) -> ApiKeyState {
    if key.revoked_at.is_some() {
        ApiKeyState::Revoked
    } else if key.expires_at.is_some_and(|end| end <= now) {
        ApiKeyState::Expired
    } else {
        ApiKeyState::Active
    }
}
