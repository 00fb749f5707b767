use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::answer::answer;
use super::gate::{Gate, pass};
use super::http::{recorded, serve};
use super::outlet::{Listener, Outlet};
use super::peer::{Peer, Seen, wait_for};
use super::script::Script;

/// A server that speaks HTTP+SSE of revision 2024-11-05 only, gone when dropped.
pub struct SsePeer {
    peer: Arc<Peer>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

impl SsePeer {
    /// Starts a server. Its era must be legacy.
    pub async fn start(script: Script) -> Self {
        let peer = Peer::new(script);
        let router = Router::new()
            .route("/sse", get(open))
            .route("/messages", post(take))
            .layer(from_fn_with_state(Arc::clone(&peer), pass))
            .with_state(Arc::clone(&peer));
        let (address, server) = serve(router, ([127, 0, 0, 1], 0).into()).await;
        Self {
            peer,
            address,
            _server: server,
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/sse", self.address)
    }

    /// What it wants of requests before anything else.
    pub fn gate(&self) -> &Gate {
        &self.peer.gate
    }

    /// Every message it was sent with this method.
    pub fn seen(&self, method: &str) -> Vec<Seen> {
        let seen = self.peer.seen.lock();
        seen.iter()
            .filter(|seen| seen.method == method)
            .cloned()
            .collect()
    }

    /// Waits for the first message with this method.
    pub async fn wait_seen(&self, method: &str) -> Seen {
        wait_for(method, || self.seen(method).into_iter().next()).await
    }

    /// Ends the event stream of everyone.
    pub fn drop_streams(&self) {
        self.peer.listeners.lock().clear();
    }
}

impl std::fmt::Debug for SsePeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SsePeer({})", self.address)
    }
}

async fn open(State(peer): State<Arc<Peer>>) -> Response {
    let (out, messages) = mpsc::unbounded_channel::<Vec<u8>>();
    peer.listeners.lock().push(Listener {
        out,
        subscription: None,
        filter: Value::Null,
    });
    let state = (messages, true);
    let events = stream::unfold(state, |(mut messages, first)| async move {
        if first {
            let event = Bytes::from_static(b"event: endpoint\ndata: /messages?session=1\n\n");
            return Some((Ok::<_, Infallible>(event), (messages, false)));
        }
        let message = messages
            .recv()
            .await
            .filter(|message| !message.is_empty())?;
        let mut event = b"event: message\ndata: ".to_vec();
        event.extend_from_slice(&message);
        event.extend_from_slice(b"\n\n");
        Some((Ok(Bytes::from(event)), (messages, false)))
    });
    (
        [("content-type", "text/event-stream")],
        Body::from_stream(events),
    )
        .into_response()
}

async fn take(State(peer): State<Arc<Peer>>, headers: HeaderMap, body: String) -> StatusCode {
    peer.record(&body, recorded(&headers));
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    if message.get("method").is_none() {
        peer.answered(&message);
    } else if message.get("id").is_some() {
        let out: Option<Outlet> = peer
            .listeners
            .lock()
            .last()
            .map(|listener| listener.out.clone());
        if let Some(out) = out {
            tokio_util::task::TaskTracker::new().spawn(answer(peer, body, out));
        }
    }
    StatusCode::ACCEPTED
}
