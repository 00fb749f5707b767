use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::server::Inner;

/// How long a token lasts, in seconds.
const LASTS: u32 = 86_399;

/// The page where somebody consents: Ada does at once, unless she says no.
pub(super) async fn authorize(
    State(inner): State<Arc<Inner>>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let param = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let page = |why: &str| (StatusCode::BAD_REQUEST, why.to_owned()).into_response();
    let mut authority = inner.authority.lock();
    if param("client_id") != authority.client {
        return page("this client is not known");
    }
    let Ok(mut back) = Url::parse(param("redirect_uri")) else {
        return page("redirect_uri is no URL");
    };
    if param("response_type") != "code" || param("state").is_empty() {
        return page("expected response_type=code and a state");
    }
    if param("code_challenge_method") != "S256" || param("code_challenge").len() != 43 {
        return page("expected an S256 code_challenge");
    }
    let scopes: Vec<_> = param("scope").split(',').collect();
    let for_apps = scopes.iter().any(|scope| scope.starts_with("app:"));
    let as_app = param("actor") == "app";
    if for_apps && !as_app {
        return page("scopes of apps need actor=app");
    }
    let answer = if authority.denies {
        ("error", "access_denied".to_owned())
    } else {
        let challenge = param("code_challenge");
        let as_app = as_app && !*inner.ignores_actor.lock();
        let code = authority.consent(param("redirect_uri"), challenge, &scopes, as_app);
        ("code", code)
    };
    back.query_pairs_mut()
        .append_pair(answer.0, &answer.1)
        .append_pair("state", param("state"));
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

/// Gives tokens for codes and refresh tokens.
pub(super) async fn token(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(form) = form(&headers, &body) else {
        return refuse("invalid_request");
    };
    let param = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let mut authority = inner.authority.lock();
    if param("client_id") != authority.client || param("client_secret") != authority.secret {
        return refuse("invalid_client");
    }
    let ada = inner.workspace.lock().ada.clone();
    let pair = match param("grant_type") {
        "authorization_code" => {
            let verifier = param("code_verifier");
            authority.exchange(param("code"), param("redirect_uri"), verifier, &ada)
        }
        "refresh_token" => authority.renew(param("refresh_token")),
        _ => return refuse("unsupported_grant_type"),
    };
    let Some(pair) = pair else {
        return refuse("invalid_grant");
    };
    let scopes: Vec<_> = pair.scopes.into_iter().collect();
    axum::Json(json!({
        "access_token": pair.access, "token_type": "Bearer", "expires_in": LASTS,
        "refresh_token": pair.refresh, "scope": scopes.join(" ")
    }))
    .into_response()
}

/// Takes a token back.
pub(super) async fn revoke(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(form) = form(&headers, &body) else {
        return StatusCode::BAD_REQUEST;
    };
    let token = form.get("token").map(String::as_str).unwrap_or_default();
    if inner.authority.lock().revoke(token) {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    }
}

fn form(headers: &HeaderMap, body: &[u8]) -> Option<BTreeMap<String, String>> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let encoded = kind.starts_with("application/x-www-form-urlencoded");
    encoded.then(|| form_urlencoded::parse(body).into_owned().collect())
}

fn refuse(error: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        axum::Json(json!({ "error": error })),
    )
        .into_response()
}
