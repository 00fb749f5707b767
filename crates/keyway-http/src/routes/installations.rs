//! `/v1/installations`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::CACHE_CONTROL;
use keyway_app::installations::{Came, Installer};
use keyway_core::{Error, InstallationId, Secret};
use serde_json::json;

use super::input::{Input, bad_query};
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What is to change of an installation.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    revision: Option<i64>,
    #[serde(default)]
    fields: BTreeMap<String, Option<Secret<String>>>,
}

/// What is typed in.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    #[serde(default)]
    fields: BTreeMap<String, Option<Secret<String>>>,
}

/// What webhooks are signed with from here on.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    secret: Option<Secret<String>>,
}

/// `GET /v1/installations`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let installations = shared.app.installations();
    let page = installations.list(&asker.who, wanted.cursor.as_deref(), wanted.limit);
    answer::ok(&page.await?)
}

/// `GET /v1/installations/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.installations().show(&asker.who, &id).await?)
}

/// `PATCH /v1/installations/{id}`
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
    Input(patch): Input<Patch>,
) -> Result<Response, Refusal> {
    let installations = shared.app.installations();
    let changed = installations.change(&asker.who, &id, patch.revision, &patch.fields);
    answer::ok(&changed.await?)
}

/// `DELETE /v1/installations/{id}`: it stays listed, and can be installed again.
pub(crate) async fn uninstall(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
) -> Result<Response, Refusal> {
    let installations = shared.app.installations();
    answer::ok(&installations.uninstall(&asker.who, &id).await?)
}

/// `POST /v1/installations/{id}/connect`
pub(crate) async fn connect(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
    Input(typed): Input<Typed>,
) -> Result<Response, Refusal> {
    let installer = Installer::Installation(&asker.who, &id);
    let installations = shared.app.installations();
    match installations.connect(installer, &typed.fields).await? {
        Came::Installed(of) | Came::Waiting(of) | Came::Unfinished(of) | Came::On(_, of) => {
            answer::ok(&of)
        }
    }
}

/// `POST /v1/installations/{id}/authorize`: where a browser begins.
pub(crate) async fn authorize(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
) -> Result<Response, Refusal> {
    let url = shared
        .app
        .installations()
        .authorize(&asker.who, &id)
        .await?;
    answer::ok(&json!({ "url": url }))
}

/// `POST /v1/installations/{id}/setup-links`: the answer has the link, this once.
pub(crate) async fn make_setup_link(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
) -> Result<Response, Refusal> {
    let installations = shared.app.installations();
    let link = installations.make_setup_link(&asker.who, &id).await?;
    answer::made_secret(&json!({ "expiresAt": link.expires_at }), "url", &link.url)
}

/// `DELETE /v1/installations/{id}/setup-links`
pub(crate) async fn revoke_setup_link(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
) -> Result<Response, Refusal> {
    let installations = shared.app.installations();
    installations.revoke_setup_link(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/installations/{id}/rotate-secret`: the answer has the secret, this once.
pub(crate) async fn rotate(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InstallationId>,
    Input(rotation): Input<Rotation>,
) -> Result<Response, Refusal> {
    let installations = shared.app.installations();
    let (of, secret) = installations
        .rotate(&asker.who, &id, rotation.secret)
        .await?;
    let mut shown = serde_json::to_value(&of).map_err(Error::internal)?;
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("secret".to_owned(), secret.expose().as_str().into());
    }
    Ok(([(CACHE_CONTROL, "no-store")], answer::ok(&shown)?).into_response())
}
