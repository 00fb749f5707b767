use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Asker, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /v1/integrations`: the providers that agents can be published through.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let integrations = shared.app.publications().integrations(&asker.who).await?;
    answer::ok(&json!({ "integrations": integrations }))
}
