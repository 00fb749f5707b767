//! `/v1/service-accounts`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::Seen;
use keyway_app::people::ServiceAccountChange;
use keyway_core::ServiceAccountId;

use super::{Asker, Id, Input, Listing, answer, listed, role};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    name: String,
    role: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    name: Option<String>,
    role: Option<String>,
    revision: Option<i64>,
}

/// `GET /v1/service-accounts`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let part = listing.part();
    let found = people.list_service_accounts(&asker.who, &part);
    listed("serviceAccounts", &found.await?)
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

/// `PATCH /v1/service-accounts/{id}`: gives it another name or role.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ServiceAccountId>,
    Input(change): Input<Change>,
) -> Result<Response, Refusal> {
    let to = ServiceAccountChange {
        name: change.name,
        role: change.role.as_deref().map(role).transpose()?,
    };
    let (people, seen) = (shared.app.people(), Seen::at(&id, change.revision));
    let changed = people.change_service_account(&asker.who, seen, &to);
    answer::ok(&changed.await?)
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
