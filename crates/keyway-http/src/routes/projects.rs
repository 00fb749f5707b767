//! `/v1/projects`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::ProjectId;
use serde_json::json;

use super::{Asker, Id, Input, answer};
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
}

/// `GET /v1/projects`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let projects = shared.app.people().projects(&asker.who).await?;
    answer::ok(&json!({ "projects": projects }))
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
    answer::ok(&people.rename_project(&asker.who, &id, &input.name).await?)
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
