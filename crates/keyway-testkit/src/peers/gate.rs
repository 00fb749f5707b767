use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use parking_lot::Mutex;

use super::peer::Peer;

/// What a peer behind HTTP wants before it looks at a request. Open until told otherwise.
#[derive(Debug, Default)]
pub struct Gate {
    accepts: Mutex<Option<Vec<String>>>,
    scoped: Mutex<Option<(String, String)>>,
    busy: AtomicUsize,
    came: Mutex<Vec<(String, Option<String>)>>,
}

impl Gate {
    /// From here on only these bearer tokens are taken; others get 401 and a challenge.
    pub fn accept(&self, tokens: &[&str]) {
        *self.accepts.lock() = Some(tokens.iter().map(ToString::to_string).collect());
    }

    /// From here on calls of a tool need this token; others get 403 and `insufficient_scope`.
    /// Modern peers only.
    pub fn want_scope(&self, tool: &str, token: &str) {
        *self.scoped.lock() = Some((tool.to_owned(), token.to_owned()));
    }

    /// Answers so many requests with 503 and `Retry-After: 0`.
    pub fn be_busy(&self, times: usize) {
        self.busy.store(times, Ordering::SeqCst);
    }

    /// The HTTP method and the bearer token of every request so far.
    pub fn came(&self) -> Vec<(String, Option<String>)> {
        self.came.lock().clone()
    }

    fn refusal(&self, headers: &HeaderMap, token: Option<&str>) -> Option<Response> {
        let left = self
            .busy
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if left.is_ok() {
            let later = [(RETRY_AFTER, HeaderValue::from_static("0"))];
            return Some((StatusCode::SERVICE_UNAVAILABLE, later).into_response());
        }
        let challenge = |status: StatusCode, text: &'static str| {
            let headers = [(WWW_AUTHENTICATE, HeaderValue::from_static(text))];
            Some((status, headers).into_response())
        };
        let known = |accepts: &Vec<String>| {
            token.is_some_and(|token| accepts.iter().any(|accepted| accepted == token))
        };
        if !self.accepts.lock().as_ref().is_none_or(known) {
            return challenge(StatusCode::UNAUTHORIZED, r#"Bearer error="invalid_token""#);
        }
        let scoped = self.scoped.lock();
        let (tool, wide) = scoped.as_ref()?;
        let named = headers.get("mcp-name").is_some_and(|name| name == tool);
        if named && token != Some(wide) {
            return challenge(
                StatusCode::FORBIDDEN,
                r#"Bearer error="insufficient_scope", scope="write""#,
            );
        }
        None
    }
}

/// Lets a request through, or refuses it.
pub(super) async fn pass(State(peer): State<Arc<Peer>>, request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let method = request.method().to_string();
    peer.gate.came.lock().push((method, token.clone()));
    match peer.gate.refusal(request.headers(), token.as_deref()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}
