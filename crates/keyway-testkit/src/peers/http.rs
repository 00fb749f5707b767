use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::{AbortHandle, JoinSet};

use super::answer::answer;
use super::gate::{Gate, pass};
use super::outlet::Listener;
use super::peer::{Peer, Seen, wait_for};
use super::script::{Era, Script};

/// A streamable HTTP server on a port of its own, gone when dropped.
pub struct HttpPeer {
    peer: Arc<Peer>,
    address: SocketAddr,
    server: JoinSet<()>,
}

impl HttpPeer {
    /// Starts a server.
    pub async fn start(script: Script) -> Self {
        Self::start_at(script, ([127, 0, 0, 1], 0).into()).await
    }

    /// Starts a server at an address, to come back where another one was.
    pub async fn start_at(script: Script, at: SocketAddr) -> Self {
        Self::start_behind(script, at, |_, router| router).await
    }

    /// Starts a server with something in front of it, made from its address and its routes.
    pub async fn start_behind(
        script: Script,
        at: SocketAddr,
        front: impl FnOnce(SocketAddr, Router) -> Router,
    ) -> Self {
        let peer = Peer::new(script);
        let router = routes(&peer);
        let (listener, address) = listen(at).await;
        Self {
            peer,
            address,
            server: run(listener, front(address, router)),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// What it wants of requests before anything else.
    pub fn gate(&self) -> &Gate {
        &self.peer.gate
    }

    /// The address it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
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

    /// The ids of the calls whose stream the client closed before the answer.
    pub fn closed(&self) -> Vec<String> {
        self.peer.closed.lock().clone()
    }

    /// Waits until somebody hears what is announced.
    pub async fn wait_listener(&self) {
        wait_for("a listener", || {
            (!self.peer.listeners.lock().is_empty()).then_some(())
        })
        .await;
    }

    /// True when somebody hears what is announced.
    pub fn is_heard(&self) -> bool {
        !self.peer.listeners.lock().is_empty()
    }

    /// Ends every event stream that is open for announcements.
    pub fn drop_listeners(&self) {
        self.peer.listeners.lock().clear();
    }

    /// Lists exactly these tools from here on, as JSON text, and announces it. A call of any of them
    /// is answered as before.
    pub fn relist(&self, tools: impl IntoIterator<Item = String>) {
        *self.peer.relisted.lock() = Some(tools.into_iter().collect());
        let params = json!({});
        self.peer
            .announce("notifications/tools/list_changed", &params);
    }

    /// Lets one call of `hang` answer.
    pub fn let_go(&self) {
        self.peer.let_go.notify_one();
    }

    /// Stops serving; the port is free afterwards.
    pub async fn stop(mut self) -> SocketAddr {
        self.server.shutdown().await;
        self.address
    }
}

impl std::fmt::Debug for HttpPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HttpPeer({})", self.address)
    }
}

/// What a peer answers.
pub(super) fn routes(peer: &Arc<Peer>) -> Router {
    Router::new()
        .route("/mcp", post(take).get(hear).delete(end))
        .layer(from_fn_with_state(Arc::clone(peer), pass))
        .with_state(Arc::clone(peer))
}

pub(super) async fn serve(router: Router, at: SocketAddr) -> (SocketAddr, JoinSet<()>) {
    let (listener, address) = listen(at).await;
    (address, run(listener, router))
}

/// A socket to be served, and where it is.
pub(crate) async fn listen(at: SocketAddr) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(at).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Serves a socket until what is returned is dropped.
pub(crate) fn run(listener: TcpListener, router: Router) -> JoinSet<()> {
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut connections = JoinSet::new();
        // Connections are tasks of this one, so that stopping it closes them.
        loop {
            let Ok((socket, _)) = listener.accept().await else {
                return;
            };
            let router = router.clone();
            connections.spawn(one(socket, router));
        }
    });
    server
}

async fn one(socket: tokio::net::TcpStream, router: Router) {
    let service = hyper_util::service::TowerToHyperService::new(router);
    let io = hyper_util::rt::TokioIo::new(socket);
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(io, service)
        .await;
}

/// What the client closes by going away.
struct Open {
    peer: Arc<Peer>,
    id: String,
    answering: AbortHandle,
    answered: bool,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.answering.abort();
        if !self.answered {
            self.peer.closed.lock().push(self.id.clone());
        }
    }
}

async fn take(State(peer): State<Arc<Peer>>, headers: HeaderMap, body: String) -> Response {
    peer.record(&body, recorded(&headers));
    let script = &peer.script;
    if let Some(status) = script.refuse {
        return StatusCode::from_u16(status)
            .unwrap_or(StatusCode::IM_A_TEAPOT)
            .into_response();
    }
    if script.mute {
        std::future::pending::<()>().await;
    }
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    if let Some(refusal) = refusal(&peer, &headers, &message) {
        return refusal;
    }
    if message.get("method").is_none() {
        peer.answered(&message);
        return StatusCode::ACCEPTED.into_response();
    }
    if message.get("id").is_none() {
        return StatusCode::ACCEPTED.into_response();
    }
    let (out, mut messages) = mpsc::unbounded_channel();
    let id = message["id"].clone();
    let opens_session = message["method"] == "initialize" && script.era == Era::Legacy;
    let answering =
        tokio_util::task::TaskTracker::new().spawn(answer(Arc::clone(&peer), body, out));
    let mut open = Open {
        peer: Arc::clone(&peer),
        id: id.to_string(),
        answering: answering.abort_handle(),
        answered: false,
    };
    let Some(first) = messages.recv().await else {
        open.answered = true;
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if is_answer(&first) && !script.streams {
        open.answered = true;
        let mut response = ([("content-type", "application/json")], first).into_response();
        if opens_session {
            let session = format!("session-{}", peer.ids.fetch_add(1, Ordering::SeqCst));
            if let Ok(value) = session.parse() {
                response.headers_mut().insert("mcp-session-id", value);
            }
            peer.sessions.lock().insert(session);
        }
        return response;
    }
    stream_of(Some(first), messages, Some(open), script.breaks_streams)
}

/// Why a request is refused before anything is done with it.
fn refusal(peer: &Peer, headers: &HeaderMap, message: &Value) -> Option<Response> {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let error = |status: StatusCode, id: &Value, code: i64, text: &str, data: Value| {
        let body = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": text, "data": data } });
        Some((status, axum::Json(body)).into_response())
    };
    let bad = StatusCode::BAD_REQUEST;
    let id = &message["id"];
    if peer.script.era == Era::Legacy {
        if message["method"] == "initialize" {
            return None;
        }
        let session = header("mcp-session-id");
        if session.is_empty() {
            return error(bad, &Value::Null, -32000, "no session", Value::Null);
        }
        let count = peer.requests.fetch_add(1, Ordering::SeqCst) + 1;
        if peer.script.forget_after == Some(count) {
            peer.sessions.lock().clear();
        }
        if !peer.sessions.lock().contains(session) {
            let gone = StatusCode::NOT_FOUND;
            return error(gone, &Value::Null, -32001, "session not found", Value::Null);
        }
        return None;
    }
    let params = &message["params"];
    let version = &params["_meta"]["io.modelcontextprotocol/protocolVersion"];
    if version.is_null() || header("mcp-protocol-version") != version.as_str().unwrap_or_default() {
        let data = json!({ "supported": ["2026-07-28"] });
        return error(bad, id, -32022, "unsupported version", data);
    }
    let name = params["name"].as_str().or(params["uri"].as_str());
    let mut same = message["method"] == header("mcp-method");
    if matches!(
        message["method"].as_str(),
        Some("tools/call" | "resources/read" | "prompts/get")
    ) {
        same &= name == Some(header("mcp-name"));
    }
    if params["name"] == "mirror" {
        let region = params["arguments"]["region"].as_str().unwrap_or_default();
        let mirrored = header("mcp-param-region");
        // What is encoded is left to the one who tests it.
        same &= region == mirrored || mirrored.starts_with("=?base64?");
    }
    if same {
        None
    } else {
        error(bad, id, -32020, "header mismatch", Value::Null)
    }
}

async fn hear(State(peer): State<Arc<Peer>>, headers: HeaderMap) -> Response {
    let known = headers
        .get("mcp-session-id")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|session| peer.sessions.lock().contains(session));
    if peer.script.era == Era::Modern {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    if headers.contains_key("last-event-id") {
        // What a broken stream still had to say.
        let (out, messages) = mpsc::unbounded_channel();
        for message in peer.resumable() {
            let _ = out.send(message);
        }
        drop(out);
        return stream_of(None, messages, None, false);
    }
    let (out, messages) = mpsc::unbounded_channel();
    if peer.script.asks_roots {
        super::asks::roots(&peer, &out);
    }
    peer.listeners.lock().push(Listener {
        out,
        subscription: None,
        filter: Value::Null,
    });
    stream_of(None, messages, None, false)
}

async fn end(State(peer): State<Arc<Peer>>, headers: HeaderMap) -> StatusCode {
    if let Some(session) = headers.get("mcp-session-id")
        && let Ok(session) = session.to_str()
    {
        peer.sessions.lock().remove(session);
    }
    peer.record("{\"method\":\"DELETE\"}", recorded(&headers));
    StatusCode::OK
}

pub(super) fn recorded(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn is_answer(message: &[u8]) -> bool {
    let Ok(message) = serde_json::from_slice::<Value>(message) else {
        return true;
    };
    message.get("method").is_none()
}

/// An event stream of messages. An empty message breaks it off.
fn stream_of(
    first: Option<Vec<u8>>,
    messages: UnboundedReceiver<Vec<u8>>,
    open: Option<Open>,
    breaks: bool,
) -> Response {
    let state = (first, messages, open, 0u64);
    let events = stream::unfold(
        state,
        move |(first, mut messages, mut open, count)| async move {
            let message = match first {
                Some(first) => first,
                None => messages.recv().await?,
            };
            if message.is_empty() {
                return None;
            }
            if breaks && count == 1 {
                // The rest is kept for whoever takes the stream up.
                if let Some(open) = &mut open {
                    open.answered = true;
                    open.peer.keep(message);
                    while let Ok(Some(more)) =
                        tokio::time::timeout(std::time::Duration::from_millis(50), messages.recv())
                            .await
                    {
                        open.peer.keep(more);
                    }
                }
                return None;
            }
            if is_answer(&message)
                && let Some(open) = &mut open
            {
                open.answered = true;
            }
            let mut event = format!("id: {count}\nretry: 10\ndata: ").into_bytes();
            event.extend_from_slice(&message);
            event.extend_from_slice(b"\n\n");
            Some((
                Ok::<_, Infallible>(Bytes::from(event)),
                (None, messages, open, count + 1),
            ))
        },
    );
    (
        [("content-type", "text/event-stream")],
        Body::from_stream(events),
    )
        .into_response()
}
