use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use keyway_app::oauth::Failure;

use crate::refusal::Refusal;

/// A JSON answer that nobody may keep (RFC 6749 section 5.1).
pub(crate) fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Why there is no such answer, in the words of OAuth.
pub(crate) fn refuse(failure: Failure) -> Response {
    let refusal = match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Failed(error) => return Refusal::from(error).into_response(),
    };
    tracing::debug!(code = refusal.code().as_str(), %refusal, "an OAuth request was refused");
    let mut response = json(refusal.status(), refusal.body());
    if let Some(challenge) = refusal.www_authenticate() {
        let challenge = HeaderValue::from_static(challenge);
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
