use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::state::{CLIENT_ID, State};
use crate::peers::{listen, run};

/// A tracker on a port of its own, gone when dropped.
pub struct Tracker {
    state: Arc<Mutex<State>>,
    secret: String,
    address: SocketAddr,
    _server: JoinSet<()>,
}

struct Inner {
    state: Arc<Mutex<State>>,
    secret: String,
}

impl Tracker {
    /// Starts one, with one app that is registered.
    pub async fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let secret = state.lock().fresh("client-secret");
        let inner = Arc::new(Inner {
            state: Arc::clone(&state),
            secret: secret.clone(),
        });
        let router = Router::new()
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/me", get(me))
            .layer(from_fn_with_state(Arc::clone(&inner), count))
            .with_state(inner);
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        Self {
            state,
            secret,
            address,
            _server: run(listener, router),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// The id and the secret of the app.
    pub fn app(&self) -> (&'static str, &str) {
        (CLIENT_ID, &self.secret)
    }

    /// Somebody who was led here agrees for a workspace: answers the path and query that their browser comes
    /// back with.
    pub fn agree(&self, authorize: &str, workspace: &str) -> String {
        let asked = asked(authorize);
        let mut state = self.state.lock();
        let code = state.fresh("code");
        let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
        if get("code_challenge_method") != "S256" || get("client_id") != CLIENT_ID {
            state
                .violations
                .push("the request is not as it should be".to_owned());
        }
        let kept = (
            get("code_challenge"),
            get("redirect_uri"),
            workspace.to_owned(),
        );
        state.codes.insert(code.clone(), kept);
        back(&asked, &[("code", &code)])
    }

    /// Somebody who was led here says no.
    pub fn deny(&self, authorize: &str) -> String {
        back(&asked(authorize), &[("error", "access_denied")])
    }

    /// Makes a key for a workspace.
    pub fn make_key(&self, workspace: &str) -> String {
        let mut state = self.state.lock();
        let key = state.fresh("key");
        state.keys.insert(key.clone(), workspace.to_owned());
        key
    }

    /// The next so many requests fail.
    pub fn fail(&self, times: usize) {
        self.state.lock().failing = times;
    }

    /// Forgets every token.
    pub fn forget(&self) {
        let mut state = self.state.lock();
        state.access.clear();
        state.refreshing.clear();
    }

    /// Whether a token is good, and for which workspace.
    pub fn takes(&self, token: &str) -> Option<String> {
        self.state.lock().access.get(token).cloned()
    }

    /// How often a token was asked for with a refresh token.
    pub fn refreshes(&self) -> usize {
        self.state.lock().refreshes
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.state.lock().requests
    }

    /// What was given back.
    pub fn revoked(&self) -> Vec<String> {
        self.state.lock().revoked.clone()
    }

    /// Every secret that it gave out.
    pub fn secrets(&self) -> Vec<String> {
        self.state.lock().given.clone()
    }

    /// What somebody sent that the specifications do not allow.
    pub fn violations(&self) -> Vec<String> {
        self.state.lock().violations.clone()
    }
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracker")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn asked(authorize: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(authorize).expect("an address to go to");
    url.query_pairs().into_owned().collect()
}

fn back(asked: &BTreeMap<String, String>, with: &[(&str, &str)]) -> String {
    let uri = asked
        .get("redirect_uri")
        .expect("an address to come back to");
    let mut uri = url::Url::parse(uri).expect("it can be read");
    let state = asked.get("state").expect("a state");
    uri.query_pairs_mut()
        .extend_pairs(with)
        .append_pair("state", state);
    uri[url::Position::BeforePath..].to_owned()
}

async fn count(Shared(inner): Shared<Arc<Inner>>, request: Request, next: Next) -> Response {
    let fails = {
        let mut state = inner.state.lock();
        state.requests += 1;
        let fails = state.failing > 0;
        state.failing = state.failing.saturating_sub(1);
        fails
    };
    if fails {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

async fn token(Shared(inner): Shared<Arc<Inner>>, body: Bytes) -> Response {
    let form = form(&body);
    let text = |name: &str| form.get(name).map_or("", String::as_str);
    if text("client_id") != CLIENT_ID || text("client_secret") != inner.secret {
        return refuse("invalid_client");
    }
    let mut state = inner.state.lock();
    let answer = match text("grant_type") {
        "authorization_code" => state.redeem(&form),
        "refresh_token" => state.refresh(&form),
        _ => None,
    };
    match answer {
        Some(answer) => Json(answer).into_response(),
        None => refuse("invalid_grant"),
    }
}

async fn revoke(Shared(inner): Shared<Arc<Inner>>, body: Bytes) -> Json<Value> {
    let form = form(&body);
    let token = form.get("token").cloned().unwrap_or_default();
    let mut state = inner.state.lock();
    state.refreshing.remove(&token);
    state.revoked.push(token);
    Json(json!({}))
}

/// Whose key it is.
async fn me(Shared(inner): Shared<Arc<Inner>>, headers: HeaderMap) -> Response {
    let sent = headers.get(header::AUTHORIZATION);
    let sent = sent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let state = inner.state.lock();
    match state.keys.get(sent.trim_start_matches("Bearer ")) {
        Some(workspace) => {
            let name = format!("Workspace {workspace}");
            Json(json!({ "id": workspace, "name": name })).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn refuse(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}
