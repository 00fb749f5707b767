use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use keyway_app::limits::Limit;
use keyway_oauth::server::{self, ErrorCode};

use super::asked::AskedServer;
use super::posted::Read;
use super::reply::{json, refuse};
use crate::refusal::Refusal;
use crate::shared::Shared;

const NOT_JSON: server::Refusal = server::Refusal::new(
    ErrorCode::InvalidClientMetadata,
    "the content type has to be application/json",
);

/// `POST /oauth/register` (RFC 7591 section 3).
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asked: AskedServer,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let read = Read::of(&shared, &asked, Limit::OauthRegister, request).await?;
    if !read.is_json() {
        return Ok(refuse(NOT_JSON.into()));
    }
    let registered = shared
        .app
        .oauth()
        .register(&asked.site, read.body(), asked.arrival)
        .await;
    Ok(match registered {
        Ok(body) => json(StatusCode::CREATED, body.expose().clone()),
        Err(failure) => refuse(failure),
    })
}
