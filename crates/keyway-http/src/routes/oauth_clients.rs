//! `/v1/oauth/clients`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::Seen;
use keyway_app::oauth::{ClientChange, NewOauthClient};
use keyway_core::{ClientId, Error};
use serde_json::Value;

use super::{Asker, Id, Input, Listing, answer, listed};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct New {
    name: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    auth_method: Option<String>,
    #[serde(default)]
    grant_types: Vec<String>,
    scope: Option<String>,
    service_account: Option<String>,
    jwks: Option<Value>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Change {
    name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    scope: Option<String>,
    revision: Option<i64>,
}

/// `GET /v1/oauth/clients`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let oauth = shared.app.oauth();
    let clients = oauth.list_clients(&asker.who, &listing.part()).await?;
    listed("clients", &clients)
}

/// `GET /v1/oauth/clients/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.oauth().client_of(&asker.who, &id).await?)
}

/// `PATCH /v1/oauth/clients/{id}`: changes one that an admin made.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ClientId>,
    Input(change): Input<Change>,
) -> Result<Response, Refusal> {
    let to = ClientChange {
        name: change.name,
        redirect_uris: change.redirect_uris,
        scope: change.scope,
    };
    let (oauth, seen) = (shared.app.oauth(), Seen::at(&id, change.revision));
    answer::ok(&oauth.change_client(&asker.who, seen, &to).await?)
}

/// `POST /v1/oauth/clients`
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let account = new.service_account.as_deref().map(str::parse).transpose();
    let new = NewOauthClient {
        name: new.name,
        redirect_uris: new.redirect_uris,
        auth_method: new.auth_method,
        grant_types: new.grant_types,
        scope: new.scope,
        service_account: account.map_err(|error: keyway_core::ids::BadId| {
            Error::invalid_at("/serviceAccount", error.to_string())
        })?,
        jwks: new.jwks,
    };
    let made = shared.app.oauth().create_client(&asker.who, &new).await?;
    match &made.secret {
        Some(secret) => answer::made_secret(&made.view, "secret", secret),
        None => answer::made(&made.view),
    }
}

/// `DELETE /v1/oauth/clients/{id}`
pub(crate) async fn delete(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    shared.app.oauth().delete_client(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/oauth/clients/{id}/disable`
pub(crate) async fn disable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    shared.app.oauth().disable_client(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/oauth/clients/{id}/enable`
pub(crate) async fn enable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ClientId>,
) -> Result<Response, Refusal> {
    shared.app.oauth().enable_client(&asker.who, &id).await?;
    Ok(answer::done())
}
