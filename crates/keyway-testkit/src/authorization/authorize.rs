use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use url::Url;

use super::misbehaviour::Misbehaviour;
use super::options::Consent;
use super::reply;
use super::state::{Code, State};
use super::visit::{Endpoint, Visit};

/// The page where a person agrees (OAuth 2.1 section 4.1.1).
pub(super) async fn authorize(Extract(state): Extract<Arc<State>>, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let visit = Visit::of_form(Endpoint::Authorize, uri.path(), query, None);
    state.visited(visit.clone());
    let refuse = |why: &str| {
        state.violation(Endpoint::Authorize, why);
        (
            StatusCode::BAD_REQUEST,
            reply::html(&format!("<h1>Refused</h1><p>{why}</p>")),
        )
            .into_response()
    };
    // Nothing is redirected to an address that is not the client's (OAuth 2.1 section 7.12.2).
    let Some(client) = state.client(visit.param("client_id")) else {
        return refuse("invalid_client: this client is not known");
    };
    let redirect_uri = visit.param("redirect_uri");
    if !client
        .redirect_uris
        .iter()
        .any(|known| known == redirect_uri)
    {
        return refuse("the redirect URI is not one of this client's");
    }
    let problem = problem(&state, &visit);
    if let Some((code, why)) = problem {
        state.violation(Endpoint::Authorize, why);
        return back(
            &state,
            &visit,
            &[("error", code), ("error_description", why)],
        );
    }
    match state.consent() {
        Consent::Given => agreed(&state, &visit),
        Consent::Denied => denied(&state, &visit),
        Consent::Asked => {
            let question = state.mint("question");
            let page = format!(
                "<h1>Allow access?</h1><form method=\"post\" action=\"{}/decide\">\
                 <input type=\"hidden\" name=\"question\" value=\"{question}\">\
                 <button name=\"answer\" value=\"allow\" id=\"allow\">Allow</button> \
                 <button name=\"answer\" value=\"deny\" id=\"deny\">Deny</button></form>",
                state.issuer()
            );
            let mut books = state.books.lock();
            books.questions.insert(question, query.to_owned());
            reply::html(&page)
        }
    }
}

/// The answer to the page's question.
pub(super) async fn decide(Extract(state): Extract<Arc<State>>, body: String) -> Response {
    let form = Visit::of_form(Endpoint::Authorize, "", &body, None);
    let asked = state.books.lock().questions.remove(form.param("question"));
    let Some(query) = asked else {
        return (StatusCode::BAD_REQUEST, reply::html("<h1>Too late</h1>")).into_response();
    };
    let visit = Visit::of_form(Endpoint::Authorize, "", &query, None);
    if form.param("answer") == "allow" {
        agreed(&state, &visit)
    } else {
        denied(&state, &visit)
    }
}

/// What is wrong with a request whose client and redirect URI are right.
fn problem(state: &State, visit: &Visit) -> Option<(&'static str, &'static str)> {
    let resource = visit.param("resource");
    let books = state.books.lock();
    if visit.param("response_type") != "code" {
        return Some(("unsupported_response_type", "response_type is not code"));
    }
    if visit.param("code_challenge_method") != "S256" || visit.param("code_challenge").len() != 43 {
        return Some(("invalid_request", "PKCE with S256 is needed"));
    }
    if visit.param("state").len() < 16 {
        return Some(("invalid_request", "state is missing or too short"));
    }
    if !books.resources.is_empty() && !books.resources.contains(resource) {
        return Some(("invalid_target", "resource is not one of this server's"));
    }
    let scopes = &state.options.lock().scopes;
    let unknown = visit
        .param("scope")
        .split_whitespace()
        .any(|scope| !scopes.iter().any(|known| known == scope));
    (unknown && !scopes.is_empty()).then_some(("invalid_scope", "a scope is not known"))
}

fn agreed(state: &State, visit: &Visit) -> Response {
    let code = state.mint("code");
    let mut given = Code {
        client: visit.param("client_id").to_owned(),
        redirect_uri: visit.param("redirect_uri").to_owned(),
        challenge: visit.param("code_challenge").to_owned(),
        resource: visit.param("resource").to_owned(),
        scope: visit.param("scope").to_owned(),
        used_for: None,
    };
    if state.is(Misbehaviour::CodeOfAnotherClient) {
        given.client = "client-somebody-else".into();
    }
    if state.is(Misbehaviour::ReplayedCode) {
        given.used_for = Some(0);
    }
    state.books.lock().codes.insert(code.clone(), given);
    if state.is(Misbehaviour::NoCode) {
        return back(state, visit, &[]);
    }
    back(state, visit, &[("code", &code)])
}

fn denied(state: &State, visit: &Visit) -> Response {
    back(
        state,
        visit,
        &[
            ("error", "access_denied"),
            ("error_description", "the person said no"),
        ],
    )
}

/// Back to the client, with `state` and `iss`.
fn back(state: &State, visit: &Visit, params: &[(&str, &str)]) -> Response {
    let Ok(mut to) = Url::parse(visit.param("redirect_uri")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut query = to.query_pairs_mut();
    if state.is(Misbehaviour::DirtyDenial) {
        query.append_pair("error", "access_denied");
        query.append_pair(
            "error_description",
            "no\u{1b}[31m way\r\n\u{202e}and a \u{7}bell",
        );
    } else {
        query.extend_pairs(params);
    }
    if state.is(Misbehaviour::WrongState) {
        query.append_pair("state", "another-state-than-yours");
    } else if !state.is(Misbehaviour::NoState) {
        query.append_pair("state", visit.param("state"));
    }
    if state.is(Misbehaviour::WrongIss) {
        query.append_pair("iss", "https://attacker.invalid");
    } else if state.options.lock().iss && !state.is(Misbehaviour::MissingIss) {
        query.append_pair("iss", &state.issuer());
    }
    drop(query);
    reply::redirect(to.as_str())
}
