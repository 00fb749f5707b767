use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Asker, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /v1/channels`: the channels the asker may subscribe to.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    answer::ok(&json!({ "channels": shared.app.channels(&asker.who) }))
}
