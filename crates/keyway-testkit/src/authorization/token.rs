use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client::authenticate;
use super::misbehaviour::Misbehaviour;
use super::reply;
use super::state::{Access, Grant, State};
use super::visit::{Endpoint, Visit};

/// Codes and refresh tokens for access tokens (OAuth 2.1 section 3.2).
pub(super) async fn token(
    Extract(state): Extract<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = headers.get("authorization");
    let authorization = authorization.map(|value| String::from_utf8_lossy(value.as_bytes()).into());
    let visit = Visit::of_form(Endpoint::Token, uri.path(), &body, authorization);
    state.visited(visit.clone());
    let delay = *state.token_delay.lock();
    tokio::time::sleep(delay).await;
    state.hold(Misbehaviour::SlowToken).await;
    if let Some(answer) = nonsense(&state, &visit) {
        return answer;
    }
    if state.is(Misbehaviour::InvalidClient) {
        return reply::error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "this client is not known any more",
        );
    }
    let client = match authenticate(&state, &visit) {
        Ok(client) => client,
        Err(refusal) => return refusal,
    };
    match visit.param("grant_type") {
        "authorization_code" => redeem(&state, &visit, &client),
        "refresh_token" => refresh(&state, &visit, &client).await,
        "client_credentials" => own(&state, &visit, &client),
        _ => reply::bad("unsupported_grant_type", "this grant type is not offered"),
    }
}

/// Answers that have nothing to do with the question.
fn nonsense(state: &State, visit: &Visit) -> Option<Response> {
    if state.is(Misbehaviour::TokenIsHtml) {
        return Some(reply::html("<h1>Under maintenance</h1>"));
    }
    if state.is(Misbehaviour::HugeToken) {
        return Some(reply::endless());
    }
    if state.is(Misbehaviour::TokenFails) {
        return Some(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    if state.is(Misbehaviour::TokenRateLimited) {
        let body = json!({ "error": "slow_down" });
        let wait = [("retry-after", "7")];
        return Some((StatusCode::TOO_MANY_REQUESTS, wait, axum::Json(body)).into_response());
    }
    if state.is(Misbehaviour::TokenRedirects) {
        let to = format!("{}/token", state.elsewhere());
        return Some((StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response());
    }
    if state.is(Misbehaviour::DirtyError) {
        let sent = [visit.param("code"), visit.param("refresh_token")].concat();
        let text = format!(
            "bad\u{1b}[2J code \"{sent}\"\r\nverifier {}",
            visit.param("code_verifier")
        );
        return Some(reply::bad("invalid_request", &text));
    }
    None
}

/// A code for tokens (OAuth 2.1 section 4.1.3).
fn redeem(state: &State, visit: &Visit, client: &str) -> Response {
    let refuse = |why: &str| {
        state.violation(Endpoint::Token, why);
        reply::bad("invalid_grant", why)
    };
    let mut books = state.books.lock();
    let Some(code) = books.codes.get(visit.param("code")).cloned() else {
        drop(books);
        return refuse("the code is not known");
    };
    if let Some(grant) = code.used_for {
        // Whoever comes second, the first one's tokens end (OAuth 2.1 section 4.1.3).
        books.revoke(grant);
        drop(books);
        return refuse("the code was used before");
    }
    if code.client != client {
        drop(books);
        return refuse("the code was given to another client");
    }
    let verifier = Sha256::digest(visit.param("code_verifier"));
    if URL_SAFE_NO_PAD.encode(verifier) != code.challenge {
        drop(books);
        return refuse("the code verifier does not fit");
    }
    if code.redirect_uri != visit.param("redirect_uri") {
        drop(books);
        return refuse("the redirect URI is another one");
    }
    if code.resource != visit.param("resource") {
        drop(books);
        return refuse("the resource is another one");
    }
    let id = state.number();
    if let Some(code) = books.codes.get_mut(visit.param("code")) {
        code.used_for = Some(id);
    }
    drop(books);
    let grant = Grant {
        client: client.to_owned(),
        resource: code.resource,
        scope: code.scope,
        refresh: String::new(),
        revoked: false,
    };
    let narrowed = state.is(Misbehaviour::ScopeNarrowed);
    let answer = issue(state, id, grant, narrowed, true);
    if state.is(Misbehaviour::TokenDropped) {
        return reply::dropped(&answer);
    }
    reply::tokens(&answer)
}

/// A refresh token for new tokens (OAuth 2.1 section 4.3).
async fn refresh(state: &State, visit: &Visit, client: &str) -> Response {
    state.hold(Misbehaviour::SlowRefresh).await;
    if state.is(Misbehaviour::RefreshFails) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if state.is(Misbehaviour::RefreshInvalidGrant) {
        return reply::bad("invalid_grant", "the grant was revoked");
    }
    let sent = visit.param("refresh_token");
    let mut books = state.books.lock();
    let id = books.refresh.get(sent).copied().unwrap_or_default();
    let Some(grant) = books.grants.get(&id).cloned() else {
        return reply::bad("invalid_grant", "the refresh token is not known");
    };
    if grant.refresh != sent {
        // Somebody has a copy: nobody is served any more (OAuth 2.1 section 4.3.1).
        books.revoke(id);
        drop(books);
        state.violation(Endpoint::Token, "a refresh token was used twice");
        return reply::bad("invalid_grant", "the refresh token was used before");
    }
    if grant.revoked {
        return reply::bad("invalid_grant", "the grant was revoked");
    }
    drop(books);
    if grant.client != client {
        state.violation(Endpoint::Token, "a refresh token of another client");
        return reply::bad("invalid_grant", "the refresh token is another client's");
    }
    if grant.resource != visit.param("resource") {
        state.violation(Endpoint::Token, "the resource of a refresh is another one");
        return reply::bad("invalid_target", "the resource is another one");
    }
    let rotates = state.options.lock().rotation && !state.is(Misbehaviour::RefreshKeepsToken);
    let narrowed = state.is(Misbehaviour::RefreshNarrowsScope);
    // Decided before anything can be seen of it, so that a test that waits for the tokens may end it.
    let lost = state.is(Misbehaviour::RotatedTokenLost) || state.is(Misbehaviour::TokenDropped);
    let answer = issue(state, id, grant, narrowed, rotates);
    if lost {
        return reply::dropped(&answer);
    }
    reply::tokens(&answer)
}

/// Tokens for the client itself (OAuth 2.1 section 4.2).
fn own(state: &State, visit: &Visit, client: &str) -> Response {
    let refuse = |error: &str, why: &str| {
        state.violation(Endpoint::Token, why);
        reply::bad(error, why)
    };
    if state
        .client(client)
        .is_none_or(|known| known.secret.is_none())
    {
        return refuse("unauthorized_client", "a public client proves nothing");
    }
    let resource = visit.param("resource");
    let known = state.books.lock().resources.clone();
    if !known.is_empty() && !known.contains(resource) {
        return refuse("invalid_target", "the resource is not one of this server's");
    }
    let grant = Grant {
        client: client.to_owned(),
        resource: resource.to_owned(),
        scope: visit.param("scope").to_owned(),
        refresh: String::new(),
        revoked: false,
    };
    reply::tokens(&issue(state, state.number(), grant, false, false))
}

/// Writes tokens down and says them.
fn issue(state: &State, id: u64, mut grant: Grant, narrowed: bool, rotates: bool) -> Value {
    let access = state.mint("access");
    if narrowed {
        let first = grant.scope.find(' ').unwrap_or(grant.scope.len());
        grant.scope.truncate(first);
    }
    let lifetime = state.options.lock().expires_in.as_secs();
    let mut answer = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": grant.scope,
    });
    if rotates && !state.is(Misbehaviour::NoRefreshToken) {
        grant.refresh = state.mint("refresh");
        answer["refresh_token"] = grant.refresh.clone().into();
    }
    let mut books = state.books.lock();
    if !grant.refresh.is_empty() {
        books.refresh.insert(grant.refresh.clone(), id);
    }
    let token = Access {
        grant: id,
        resource: grant.resource.clone(),
        scope: grant.scope.clone(),
        expired: false,
    };
    books.access.insert(access, token);
    books.grants.insert(id, grant);
    drop(books);
    spoil(state, answer)
}

/// The answer, spoiled in the way that was asked for.
fn spoil(state: &State, mut answer: Value) -> Value {
    if state.is(Misbehaviour::ExpiresInString) {
        answer["expires_in"] = "3600".into();
    }
    if state.is(Misbehaviour::ExpiresInNegative) {
        answer["expires_in"] = (-5).into();
    }
    if state.is(Misbehaviour::ExpiresInHuge) {
        answer["expires_in"] = u64::MAX.into();
    }
    if state.is(Misbehaviour::TokenTypeNotBearer) {
        answer["token_type"] = "mac".into();
    }
    let gone = [
        (Misbehaviour::NoExpiresIn, "expires_in"),
        (Misbehaviour::NoAccessToken, "access_token"),
    ];
    for (misbehaviour, member) in gone {
        if state.is(misbehaviour)
            && let Some(members) = answer.as_object_mut()
        {
            members.remove(member);
        }
    }
    answer
}
