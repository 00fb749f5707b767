//! `/v1/projects`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::Seen;
use keyway_core::ProjectId;

use super::{Asker, Id, Input, Listing, answer, listed};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    slug: String,
    name: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    name: String,
    revision: Option<i64>,
}

/// `GET /v1/projects`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    listing: Listing,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let projects = people.list_projects(&asker.who, &listing.part()).await?;
    listed("projects", &projects)
}

/// `GET /v1/projects/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ProjectId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().project(&asker.who, &id).await?)
}

/// `POST /v1/projects`
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    answer::made(
        &people
            .create_project(&asker.who, &new.slug, &new.name)
            .await?,
    )
}

/// `PATCH /v1/projects/{id}`
pub(crate) async fn rename(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ProjectId>,
    Input(input): Input<Rename>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let seen = Seen::at(&id, input.revision);
    let renamed = people.rename_project(&asker.who, seen, &input.name);
    answer::ok(&renamed.await?)
}

/// `DELETE /v1/projects/{id}`
pub(crate) async fn delete(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ProjectId>,
) -> Result<Response, Refusal> {
    shared.app.people().delete_project(&asker.who, &id).await?;
    Ok(answer::done())
}
