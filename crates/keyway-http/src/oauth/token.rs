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

/// `POST /oauth/token` (RFC 6749 section 3.2).
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let read = Read::of(&shared, &asked, Limit::SignIn, request).await?;
    let posted = read.posted(asked.arrival);
    Ok(match shared.app.oauth().token(&asked.site, &posted).await {
        Ok(tokens) => json(StatusCode::OK, tokens.to_json().expose().clone()),
        Err(failure) => refuse(failure),
    })
}
