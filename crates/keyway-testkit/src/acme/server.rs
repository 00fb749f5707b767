use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Misbehaviour;
use crate::peers::{listen, run};

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `POST /v1/tickets`
    pub line: String,
    /// The whole `Authorization` header; empty for none.
    pub authorization: String,
}

/// An Acme on a port of its own, gone when dropped. It takes keys as bearer tokens and answers JSON:
/// `GET /v1/me`, `POST /v1/tickets` with `{title, body}`, `GET /v1/tickets/{id}`.
pub struct Acme {
    inner: Arc<Inner>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

#[derive(Default)]
struct Inner {
    /// The keys it takes, and who has each.
    keys: Mutex<Vec<(String, String)>>,
    tickets: Mutex<Vec<Value>>,
    received: Mutex<Vec<Received>>,
    misbehaviours: Mutex<VecDeque<Misbehaviour>>,
}

impl Acme {
    /// Starts one that takes this key, of somebody called `Ada`.
    pub async fn start(key: &str) -> Self {
        let inner = Arc::new(Inner::default());
        let router = Router::new()
            .route("/v1/me", get(me))
            .route("/v1/tickets", post(create))
            .route("/v1/tickets/{id}", get(view))
            .layer(from_fn_with_state(Arc::clone(&inner), guard))
            .with_state(Arc::clone(&inner));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        let acme = Self {
            inner,
            address,
            _server: run(listener, router),
        };
        acme.take_key(key, "Ada");
        acme
    }

    /// Where it is: `http://localhost:…`.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Takes one more key, of somebody of this name.
    pub fn take_key(&self, key: &str, name: &str) {
        let mut keys = self.inner.keys.lock();
        keys.push((format!("Bearer {key}"), name.to_owned()));
    }

    /// Takes no key any more but those that come now.
    pub fn forget_keys(&self) {
        self.inner.keys.lock().clear();
    }

    /// Misbehaves at the next request; several are done one after another.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.inner.misbehaviours.lock().push_back(misbehaviour);
    }

    /// The tickets, oldest first.
    pub fn tickets(&self) -> Vec<Value> {
        self.inner.tickets.lock().clone()
    }

    /// The requests so far, refused ones included.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().clone()
    }
}

impl std::fmt::Debug for Acme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acme")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn guard(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let received = Received {
        line: format!("{} {}", request.method(), request.uri().path()),
        authorization: authorization(request.headers()).to_owned(),
    };
    let authorization = received.authorization.clone();
    inner.received.lock().push(received);
    let misbehaviour = inner.misbehaviours.lock().pop_front();
    if let Some(misbehaviour) = misbehaviour
        && let Some(answer) = misbehaviour.answer(&authorization).await
    {
        return answer;
    }
    if name(&inner, &authorization).is_none() {
        return refuse(StatusCode::UNAUTHORIZED, "bad key");
    }
    next.run(request).await
}

async fn me(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    let name = name(&inner, authorization(&headers));
    axum::Json(json!({ "name": name })).into_response()
}

async fn create(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    let Ok(Value::Object(ticket)) = serde_json::from_slice(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "expected an object");
    };
    let text = |member: &str| ticket.get(member).and_then(Value::as_str);
    let (Some(title), Some(body)) = (text("title"), text("body")) else {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "expected title and body");
    };
    let mut tickets = inner.tickets.lock();
    let id = format!("T-{}", tickets.len() + 1);
    let ticket = json!({ "id": id, "title": title, "body": body });
    tickets.push(ticket.clone());
    (StatusCode::CREATED, axum::Json(ticket)).into_response()
}

async fn view(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let tickets = inner.tickets.lock();
    match tickets.iter().find(|ticket| ticket["id"] == id) {
        Some(ticket) => axum::Json(ticket.clone()).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "no such ticket"),
    }
}

fn authorization(headers: &HeaderMap) -> &str {
    let header = headers.get(header::AUTHORIZATION);
    header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Whose key it is.
fn name(inner: &Inner, authorization: &str) -> Option<String> {
    let keys = inner.keys.lock();
    let found = keys.iter().find(|(key, _)| key == authorization);
    found.map(|(_, name)| name.clone())
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, axum::Json(json!({ "error": reason }))).into_response()
}
