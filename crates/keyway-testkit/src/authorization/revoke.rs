use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::client::authenticate;
use super::misbehaviour::Misbehaviour;
use super::state::State;
use super::visit::{Endpoint, Visit};

/// Token revocation (RFC 7009 section 2).
pub(super) async fn revoke(
    Extract(state): Extract<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = headers.get("authorization");
    let authorization = authorization.map(|value| String::from_utf8_lossy(value.as_bytes()).into());
    let visit = Visit::of_form(Endpoint::Revoke, uri.path(), &body, authorization);
    state.visited(visit.clone());
    state.hold(Misbehaviour::RevocationHangs).await;
    if state.is(Misbehaviour::RevocationFails) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if let Err(refusal) = authenticate(&state, &visit) {
        return refusal;
    }
    let token = visit.param("token");
    let mut books = state.books.lock();
    let grant = books
        .refresh
        .get(token)
        .copied()
        .or_else(|| books.access.get(token).map(|access| access.grant));
    if let Some(grant) = grant {
        books.revoke(grant);
    }
    StatusCode::OK.into_response()
}
