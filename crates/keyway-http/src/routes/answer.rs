use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use keyway_core::{Error, Secret};
use serde::Serialize;
use serde_json::Value;

use super::json;
use crate::refusal::Refusal;

/// 200, with a value.
pub(crate) fn ok(value: &impl Serialize) -> Result<Response, Refusal> {
    let body = serde_json::to_vec(value).map_err(Error::internal)?;
    Ok(json(body))
}

/// 201, with what was made.
pub(crate) fn made(value: &impl Serialize) -> Result<Response, Refusal> {
    Ok((StatusCode::CREATED, ok(value)?).into_response())
}

/// 201, with what was made and the secret that is shown this once under `name`.
pub(crate) fn made_secret(
    value: &impl Serialize,
    name: &str,
    secret: &Secret<String>,
) -> Result<Response, Refusal> {
    let mut value = serde_json::to_value(value).map_err(Error::internal)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert(name.to_owned(), Value::String(secret.expose().clone()));
    }
    let answer = made(&value)?;
    Ok(([(CACHE_CONTROL, "no-store")], answer).into_response())
}

/// 204: it is done, and there is nothing to say.
pub(crate) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
