use std::net::SocketAddr;
use std::sync::Arc;

use keyway::axum::body::Bytes;
use keyway::axum::extract::{Path, State};
use keyway::axum::http::{HeaderMap, StatusCode};
use keyway::axum::response::{IntoResponse as _, Response};
use keyway::axum::routing::{delete, get, post};
use keyway::axum::{self, Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The key that billing takes.
pub(super) const KEY: &str = "canary-key-of-billing";

/// A service that guides name, on a port of its own: billing below `/v1`, and notes.
pub(super) struct Service {
    address: SocketAddr,
    done: Arc<Mutex<Vec<Value>>>,
    _server: JoinSet<()>,
}

type Done = State<Arc<Mutex<Vec<Value>>>>;

impl Service {
    pub(super) async fn start() -> Self {
        let done = Arc::default();
        let router = Router::new()
            .route("/v1/invoices/{id}", get(invoice))
            .route("/v1/invoices/{id}/refunds", post(refund))
            .route("/v1/ledger", delete(close))
            .route("/notes", post(keep))
            .with_state(Arc::clone(&done));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            done,
            _server: server,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// What was done there, in order.
    pub(super) fn done(&self) -> Vec<Value> {
        self.done.lock().clone()
    }
}

async fn invoice(Path(id): Path<String>, headers: HeaderMap) -> Response {
    if !admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let invoice = json!({ "id": id, "customer": "Globex", "amount": 4200, "status": "paid" });
    Json(invoice).into_response()
}

async fn refund(
    State(done): Done,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let refund = json!({ "id": "RF-1", "invoice": id, "amount": body["amount"] });
    done.lock().push(refund.clone());
    (StatusCode::CREATED, Json(refund)).into_response()
}

async fn close(State(done): Done) -> StatusCode {
    done.lock().push(json!("closed"));
    StatusCode::NO_CONTENT
}

async fn keep(State(done): Done, body: Bytes) -> Response {
    let note: Value = serde_json::from_slice(&body).unwrap();
    done.lock().push(note.clone());
    (StatusCode::CREATED, Json(note)).into_response()
}

fn admits(headers: &HeaderMap) -> bool {
    let sent = headers.get("authorization");
    sent.is_some_and(|sent| sent == &format!("Bearer {KEY}"))
}
