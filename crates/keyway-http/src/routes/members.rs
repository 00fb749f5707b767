//! `/v1/members`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::UserId;
use serde_json::json;

use super::{Asker, Id, Input, answer, role};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    role: String,
}

/// `GET /v1/members`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let members = shared.app.people().members(&asker.who).await?;
    answer::ok(&json!({ "members": members }))
}

/// `PATCH /v1/members/{id}`: gives a member another role.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
    Input(change): Input<Change>,
) -> Result<Response, Refusal> {
    let role = role(&change.role)?;
    answer::ok(&shared.app.people().set_role(&asker.who, &id, role).await?)
}

/// `DELETE /v1/members/{id}`
pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    shared.app.people().remove_member(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/members/{id}/disable`: keeps the person out.
pub(crate) async fn disable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().disable_user(&asker.who, &id).await?)
}

/// `POST /v1/members/{id}/enable`: lets the person in again.
pub(crate) async fn enable(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().enable_user(&asker.who, &id).await?)
}
