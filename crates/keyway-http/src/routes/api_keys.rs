//! `/v1/api-keys`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use keyway_app::{DEFAULT_OVERLAP, KeyRequest, Seen};
use keyway_core::{ApiKeyId, Error, Scopes};

use super::{Asker, Id, Input, Listing, answer, listed};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct New {
    name: String,
    expires_at: Option<String>,
    scopes: Option<String>,
    service_account: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    name: String,
    revision: Option<i64>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Rotate {
    overlap_seconds: Option<u64>,
}

/// `GET /v1/api-keys`: all for who administers the organization, else the asker's own.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let keys = shared.app.api_keys();
    let part = listing.part();
    let found = keys.list_part(&asker.who, None, &part);
    listed("apiKeys", &found.await?)
}

/// `POST /v1/api-keys`: the answer holds the key, this once.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let moment = |text: String| text.parse::<Timestamp>();
    let expires_at = new.expires_at.map(moment).transpose();
    let scopes = new.scopes.map(|text| text.parse::<Scopes>()).transpose();
    let account = new.service_account.map(|text| text.parse()).transpose();
    let request = KeyRequest {
        name: new.name,
        expires_at: expires_at
            .map_err(|_| Error::invalid_at("/expiresAt", "a moment like 2026-07-28T10:00:00Z"))?,
        scopes: scopes.map_err(|error| Error::invalid_at("/scopes", error.to_string()))?,
        service_account: account.map_err(|error: keyway_core::ids::BadId| {
            Error::invalid_at("/serviceAccount", error.to_string())
        })?,
    };
    let issued = shared.app.api_keys().issue(&asker.who, request).await?;
    answer::made_secret(&issued.view, "key", &issued.secret)
}

/// `GET /v1/api-keys/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApiKeyId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.api_keys().get(&asker.who, &id).await?)
}

/// `PATCH /v1/api-keys/{id}`: gives it another name.
pub(crate) async fn rename(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApiKeyId>,
    Input(input): Input<Rename>,
) -> Result<Response, Refusal> {
    let (keys, seen) = (shared.app.api_keys(), Seen::at(&id, input.revision));
    answer::ok(&keys.rename(&asker.who, seen, &input.name).await?)
}

/// `POST /v1/api-keys/{id}/rotate`: the answer holds the new key, this once.
pub(crate) async fn rotate(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApiKeyId>,
    Input(input): Input<Rotate>,
) -> Result<Response, Refusal> {
    let overlap = input.overlap_seconds.map(Duration::from_secs);
    let keys = shared.app.api_keys();
    let rotated = keys.rotate(&asker.who, &id, overlap.unwrap_or(DEFAULT_OVERLAP));
    let issued = rotated.await?;
    answer::made_secret(&issued.view, "key", &issued.secret)
}

/// `DELETE /v1/api-keys/{id}`: ends it at once.
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApiKeyId>,
) -> Result<Response, Refusal> {
    shared.app.api_keys().revoke(&asker.who, &id).await?;
    Ok(answer::done())
}
