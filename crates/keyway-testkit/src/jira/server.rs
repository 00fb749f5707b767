use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use keyway_core::provider::sign::{Algorithm, hex};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::state::{Issue, State};
use crate::peers::{listen, run};

/// A Jira on a port of its own, gone when dropped.
pub struct Jira {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

type Known = Shared<Arc<Mutex<State>>>;

impl Jira {
    /// The token of the agent's user.
    pub const TOKEN: &str = "canary-token-of-jira";
    /// By which name the agent is mentioned.
    pub const NAME: &str = "keyway";
    /// The id of the site.
    pub const CLOUD: &str = "cloud-1";
    const BOT: &str = "bot-1";

    /// Starts one without issues.
    pub async fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let issue = "/rest/api/3/issue/{key}";
        let router = Router::new()
            .route("/rest/api/3/myself", get(myself))
            .route(
                &format!("{issue}/transitions"),
                get(transitions).post(transition),
            )
            .route(&format!("{issue}/comment"), get(comments).post(comment))
            .layer(from_fn_with_state(Arc::clone(&state), known))
            .with_state(Arc::clone(&state));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        Self {
            state,
            address,
            _server: run(listener, router),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Somebody opens an issue.
    pub fn open(&self, key: &str, summary: &str) {
        let issue = Issue {
            summary: summary.to_owned(),
            status: "Open".to_owned(),
            comments: Vec::new(),
        };
        self.state.lock().issues.insert(key.to_owned(), issue);
    }

    /// The status of an issue.
    ///
    /// # Panics
    /// When there is no such issue.
    pub fn status(&self, key: &str) -> String {
        self.state.lock().issues[key].status.clone()
    }

    /// What the agent wrote on an issue.
    ///
    /// # Panics
    /// When there is no such issue.
    pub fn said(&self, key: &str) -> Vec<String> {
        let state = self.state.lock();
        let all = state.issues[key].comments.iter();
        let own = all.filter(|one| one["author"]["accountId"] == Self::BOT);
        own.map(|one| one["body"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Ada comments on an issue: what Jira tells of it.
    ///
    /// # Panics
    /// When there is no such issue.
    pub fn comment(&self, key: &str, words: &str) -> Value {
        let mut state = self.state.lock();
        let comment = state.comment(key, "ada", words, &json!([]));
        let summary = state.issues[key].summary.clone();
        json!({
            "webhookEvent": "comment_created", "cloudId": Self::CLOUD,
            "issue": { "key": key, "fields": { "summary": summary } },
            "comment": comment,
        })
    }

    /// The app is taken away: what Jira tells of it.
    pub fn uninstall(&self) -> Value {
        json!({ "webhookEvent": "app_uninstalled", "cloudId": Self::CLOUD })
    }

    /// The header of a body that is signed with a secret.
    pub fn sign(secret: &str, body: &[u8]) -> (&'static str, String) {
        let tag = Algorithm::Sha256.sign(secret.as_bytes(), &[body]);
        ("x-hub-signature", format!("sha256={}", hex(&tag)))
    }

    /// What somebody sent that Jira would not take.
    pub fn violations(&self) -> Vec<String> {
        self.state.lock().violations.clone()
    }
}

impl State {
    fn comment(&mut self, key: &str, author: &str, body: &str, properties: &Value) -> Value {
        self.count += 1;
        let id = (10_000 + self.count).to_string();
        let comment = json!({
            "id": id, "author": { "accountId": author, "displayName": author }, "body": body,
            "properties": properties, "url": format!("https://acme.example/browse/{key}?comment={id}"),
        });
        let issue = self.issues.get_mut(key).expect("an issue");
        issue.comments.push(comment.clone());
        comment
    }
}

impl std::fmt::Debug for Jira {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jira")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn known(Shared(state): Known, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION);
    let good = format!("Bearer {}", Jira::TOKEN);
    if sent.is_none_or(|sent| sent.as_bytes() != good.as_bytes()) {
        let path = request.uri().path().to_owned();
        if path != "/rest/api/3/myself" {
            state.lock().violations.push(format!("no token at {path}"));
        }
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn myself() -> Json<Value> {
    Json(json!({
        "accountId": Jira::BOT, "displayName": Jira::NAME, "cloudId": Jira::CLOUD, "site": "Acme",
    }))
}

async fn transitions(Shared(state): Known, Path(key): Path<String>) -> Response {
    match state.lock().issues.get(&key) {
        Some(issue) => Json(issue.transitions()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn transition(
    Shared(state): Known,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> StatusCode {
    let id = body["transition"]["id"].as_str().unwrap_or_default();
    match state.lock().issues.get_mut(&key).map(|issue| issue.go(id)) {
        None => StatusCode::NOT_FOUND,
        Some(true) => StatusCode::NO_CONTENT,
        Some(false) => StatusCode::BAD_REQUEST,
    }
}

async fn comments(Shared(state): Known, Path(key): Path<String>) -> Response {
    match state.lock().issues.get(&key) {
        Some(issue) => Json(json!({ "comments": issue.comments })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn comment(
    Shared(state): Known,
    Path(key): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    let mut state = state.lock();
    if !state.issues.contains_key(&key) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let words = body["body"].as_str().unwrap_or_default();
    let comment = state.comment(&key, Jira::BOT, words, &body["properties"]);
    (StatusCode::CREATED, Json(comment)).into_response()
}
