use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::misbehaviour::Misbehaviour;
use super::reply;
use super::state::{Client, State};
use super::visit::{Endpoint, Visit};

/// Dynamic client registration (RFC 7591 section 3).
pub(super) async fn register(
    Extract(state): Extract<Arc<State>>,
    uri: Uri,
    body: String,
) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut visit = Visit::of_form(Endpoint::Register, uri.path(), "", None);
    for (name, value) in request.as_object().into_iter().flatten() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        visit.params.insert(name.clone(), text);
    }
    state.visited(visit);
    if state.is(Misbehaviour::RegistrationRefused) {
        return reply::bad("invalid_redirect_uri", "this redirect URI is not welcome");
    }
    if !state.options.lock().registration {
        return StatusCode::NOT_FOUND.into_response();
    }
    let redirect_uris: Vec<String> = request["redirect_uris"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|uri| uri.as_str().map(str::to_owned))
        .collect();
    if redirect_uris.is_empty() {
        state.violation(Endpoint::Register, "no redirect_uris");
        return reply::bad("invalid_redirect_uri", "redirect_uris is needed");
    }
    if request["application_type"] != "native" {
        state.violation(Endpoint::Register, "application_type is not native");
    }
    let auth_method = request["token_endpoint_auth_method"]
        .as_str()
        .unwrap_or("client_secret_basic");
    let id = format!("client-{}", state.number());
    let secret = (auth_method != "none").then(|| state.mint("client-secret"));
    if !state.is(Misbehaviour::RegistrationVanishes) {
        let client = Client {
            secret: secret.clone(),
            redirect_uris: redirect_uris.clone(),
            auth_method: auth_method.to_owned(),
        };
        state.books.lock().clients.insert(id.clone(), client);
    }
    let mut answer = json!({
        "client_id": id,
        "redirect_uris": redirect_uris,
        "token_endpoint_auth_method": auth_method,
        "grant_types": ["authorization_code", "refresh_token"],
    });
    if let Some(secret) = secret {
        answer["client_secret"] = secret.into();
        answer["client_secret_expires_at"] = 0.into();
    }
    if state.is(Misbehaviour::RegistrationWithoutClientId) {
        answer["client_id"].take();
    }
    (StatusCode::CREATED, axum::Json(answer)).into_response()
}
