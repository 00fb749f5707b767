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

/// `POST /oauth/revoke` (RFC 7009).
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let read = Read::of(&shared, &asked, Limit::SignIn, request).await?;
    let posted = read.posted(asked.arrival);
    Ok(
        match shared.app.oauth().revoke(&asked.site, &posted).await {
            Ok(()) => json(StatusCode::OK, "{}"),
            Err(failure) => refuse(failure),
        },
    )
}
