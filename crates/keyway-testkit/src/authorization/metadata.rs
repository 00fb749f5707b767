use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::misbehaviour::Misbehaviour;
use super::options::Discovery;
use super::reply;
use super::state::State;
use super::visit::{Endpoint, Visit};

/// Anything below `/.well-known` or with it in its path.
pub(super) async fn metadata(Extract(state): Extract<Arc<State>>, uri: Uri) -> Response {
    let path = uri.path();
    state.visited(Visit::of_form(
        Endpoint::Metadata,
        path,
        uri.query().unwrap_or_default(),
        None,
    ));
    state.hold(Misbehaviour::SlowMetadata).await;
    if state.is(Misbehaviour::MetadataFails) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if state.is(Misbehaviour::MetadataRedirectLoop) {
        return reply::redirect(path);
    }
    if path != place(&state) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if state.is(Misbehaviour::MetadataElsewhere) && !path.is_empty() {
        return reply::redirect(&format!("{}{path}", state.elsewhere()));
    }
    if state.is(Misbehaviour::MetadataIsHtml) {
        return reply::html("<h1>It works!</h1>");
    }
    if state.is(Misbehaviour::HugeMetadata) {
        return reply::endless();
    }
    axum::Json(document(&state)).into_response()
}

/// The path of the document.
fn place(state: &State) -> String {
    let options = state.options.lock();
    let path = &options.issuer_path;
    match options.discovery {
        Discovery::OAuth => format!("/.well-known/oauth-authorization-server{path}"),
        Discovery::OpenIdInserted => format!("/.well-known/openid-configuration{path}"),
        Discovery::OpenIdAppended => format!("{path}/.well-known/openid-configuration"),
    }
}

fn document(state: &State) -> serde_json::Value {
    let issuer = state.issuer();
    let options = state.options.lock().clone();
    let stranger = "http://authorization.invalid";
    let at = |misbehaviour, path: &str| {
        if state.is(misbehaviour) {
            format!("{stranger}{path}")
        } else {
            format!("{issuer}{path}")
        }
    };
    let mut document = json!({
        "issuer": if state.is(Misbehaviour::WrongIssuer) { stranger.to_owned() } else { issuer.clone() },
        "authorization_endpoint": at(Misbehaviour::AuthorizationElsewhere, "/authorize"),
        "token_endpoint": at(Misbehaviour::TokenElsewhere, "/token"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": options.auth_methods,
        "authorization_response_iss_parameter_supported": options.iss,
        "client_id_metadata_document_supported": options.client_documents,
    });
    if state.is(Misbehaviour::AuthorizationIsScript) {
        document["authorization_endpoint"] = "javascript:alert(1)".into();
    }
    if state.is(Misbehaviour::NoS256) {
        document["code_challenge_methods_supported"] = json!(["plain"]);
    }
    if state.is(Misbehaviour::NoPkce) {
        document["code_challenge_methods_supported"].take();
    }
    if !options.scopes.is_empty() {
        document["scopes_supported"] = json!(options.scopes);
    }
    if options.registration {
        document["registration_endpoint"] = format!("{issuer}/register").into();
    }
    if !state.is(Misbehaviour::NoRevocation) {
        document["revocation_endpoint"] = format!("{issuer}/revoke").into();
    }
    if options.discovery != Discovery::OAuth {
        document["jwks_uri"] = format!("{issuer}/jwks").into();
        document["subject_types_supported"] = json!(["public"]);
        document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    }
    if let Some(members) = document.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    document
}
