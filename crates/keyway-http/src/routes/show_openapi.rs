use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Asker, json};
use crate::openapi;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /v1/openapi.json`: this gateway's HTTP side as an OpenAPI 3.1 document.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    _asker: Asker,
) -> Result<Response, Refusal> {
    let definitions = shared.app.definitions();
    let registry = definitions.registry();
    let document = openapi::document(&shared.about, &shared.settings.mcp, registry);
    Ok(json(document.to_string()))
}
