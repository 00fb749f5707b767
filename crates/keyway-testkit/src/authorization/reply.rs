//! Answers an authorization server gives.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

/// 302.
pub(super) fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [("location", to)]).into_response()
}

/// A page.
pub(super) fn html(body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign in</title><body>{body}</body></html>"
    );
    ([("content-type", "text/html; charset=utf-8")], page).into_response()
}

/// 64 MiB of JSON.
pub(super) fn endless() -> Response {
    let chunk = Bytes::from("[".repeat(64 << 10));
    let chunks = stream::iter((0..1024).map(move |_| Ok::<_, Infallible>(chunk.clone())));
    let body = Body::from_stream(chunks);
    ([("content-type", "application/json")], body).into_response()
}

/// The beginning of an answer, then the connection is gone.
pub(super) fn dropped(answer: &Value) -> Response {
    let whole = answer.to_string();
    let half = Bytes::from(whole[..whole.len() / 2].to_owned());
    let broken = std::io::Error::other("dropped");
    let body = Body::from_stream(stream::iter([Ok(half), Err(broken)]));
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("content-length", whole.len().to_string()),
    ];
    (headers, body).into_response()
}

/// An error as RFC 6749 section 5.2 has it.
pub(super) fn error(status: StatusCode, code: &str, description: &str) -> Response {
    let body = json!({ "error": code, "error_description": description });
    (status, [("cache-control", "no-store")], axum::Json(body)).into_response()
}

/// 400 with an error.
pub(super) fn bad(code: &str, description: &str) -> Response {
    error(StatusCode::BAD_REQUEST, code, description)
}

/// 200 with JSON that nobody may keep.
pub(super) fn tokens(answer: &Value) -> Response {
    ([("cache-control", "no-store")], axum::Json(answer)).into_response()
}
