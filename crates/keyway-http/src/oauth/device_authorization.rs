use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use keyway_app::limits::Limit;

use super::asked::AskedServer;
use super::posted::Read;
use super::reply::{json, refuse};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /oauth/device_authorization` (RFC 8628 section 3.1).
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let read = Read::of(&shared, &asked, Limit::SignIn, request).await?;
    let posted = read.posted(asked.arrival);
    Ok(
        match shared.app.oauth().start_device(&asked.site, &posted).await {
            Ok(start) => json(StatusCode::OK, start.to_json().expose().clone()),
            Err(failure) => refuse(failure),
        },
    )
}
