//! `/v1/jobs`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::jobs::ListJobs;
use keyway_core::JobId;

use super::input::bad_query;
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/jobs`: the asker's jobs, or all of the organization for who administers it.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListJobs {
        state: wanted.state.as_deref(),
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
    };
    answer::ok(&shared.app.jobs().list(&asker.who, &list).await?)
}

/// `GET /v1/jobs/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<JobId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.jobs().show(&asker.who, &id).await?)
}

/// `POST /v1/jobs/{id}/retry`
pub(crate) async fn retry(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<JobId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.jobs().retry(&asker.who, &id).await?)
}

/// `POST /v1/jobs/{id}/cancel`
pub(crate) async fn cancel(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<JobId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.jobs().cancel(&asker.who, &id).await?)
}
