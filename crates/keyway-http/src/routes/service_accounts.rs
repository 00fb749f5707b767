//! `/v1/service-accounts`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::ServiceAccountId;
use serde_json::json;

use super::{Asker, Id, Input, answer, role};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    name: String,
    role: String,
}

/// `GET /v1/service-accounts`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let all = shared.app.people().service_accounts(&asker.who).await?;
    answer::ok(&json!({ "serviceAccounts": all }))
}

/// `POST /v1/service-accounts`
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let role = role(&new.role)?;
    let people = shared.app.people();
    let made = people.create_service_account(&asker.who, &new.name, role);
    answer::made(&made.await?)
}

/// `GET /v1/service-accounts/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().service_account(&asker.who, &id).await?)
}

/// `DELETE /v1/service-accounts/{id}`
pub(crate) async fn delete(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.delete_service_account(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/service-accounts/{id}/disable`
pub(crate) async fn disable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    answer::ok(&people.disable_service_account(&asker.who, &id).await?)
}

/// `POST /v1/service-accounts/{id}/enable`
pub(crate) async fn enable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ServiceAccountId>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    answer::ok(&people.enable_service_account(&asker.who, &id).await?)
}
