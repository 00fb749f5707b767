//! `/v1/members`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::Seen;
use keyway_core::UserId;

use super::{Asker, Id, Input, Listing, answer, listed, role};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    role: String,
    revision: Option<i64>,
}

/// `GET /v1/members`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let members = people.list_members(&asker.who, &listing.part()).await?;
    listed("members", &members)
}

/// `GET /v1/members/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().member(&asker.who, &id).await?)
}

/// `PATCH /v1/members/{id}`: gives a member another role.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<UserId>,
    Input(change): Input<Change>,
) -> Result<Response, Refusal> {
    let role = role(&change.role)?;
    let seen = Seen::at(&id, change.revision);
    let people = shared.app.people();
    answer::ok(&people.set_role(&asker.who, seen, role).await?)
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
