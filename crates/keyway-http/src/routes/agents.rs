//! `/v1/agents`

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::{Asker, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /v1/agents`: the agents the asker may use.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    answer::ok(&json!({ "agents": shared.app.agents(&asker.who) }))
}

/// `GET /v1/agents/{slug}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Path(slug): Path<String>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.agent(&asker.who, &slug)?)
}
