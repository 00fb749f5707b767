//! `/v1/invitations`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::InvitationId;

use super::{Asker, Id, Input, Listing, answer, listed, role};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    email: String,
    role: String,
}

/// `GET /v1/invitations`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let part = listing.part();
    let found = people.list_invitations(&asker.who, &part);
    listed("invitations", &found.await?)
}

/// `POST /v1/invitations`: the answer holds the path of the link, this once.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let role = role(&new.role)?;
    let people = shared.app.people();
    let made = people.invite(&asker.who, &new.email, role).await?;
    answer::made_secret(&made.view, "path", &made.path())
}

/// `DELETE /v1/invitations/{id}`: takes it back.
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<InvitationId>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    people.revoke_invitation(&asker.who, &id).await?;
    Ok(answer::done())
}
