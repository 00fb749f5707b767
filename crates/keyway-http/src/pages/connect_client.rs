use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_core::{Error, Kind};

use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /connect/{key}/client`: who the gateway is at the authorization server of a connector, for one
/// that takes documents.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    let document = shared.app.credentials().client_document(&key);
    let document = document.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "client_document_not_found",
            "there is no document of a client here",
        )
        .with_hint("it is there for connectors, where `public_url` is set")
    })?;
    Ok(Json(document).into_response())
}
