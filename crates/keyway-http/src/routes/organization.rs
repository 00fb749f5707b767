//! `/v1/organization`: the asker's own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Asker, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    name: String,
    revision: Option<i64>,
}

/// `GET /v1/organization`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.people().organization(&asker.who).await?)
}

/// `PATCH /v1/organization`
pub(crate) async fn rename(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(input): Input<Rename>,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let renamed = people.rename_organization(&asker.who, &input.name, input.revision);
    answer::ok(&renamed.await?)
}
