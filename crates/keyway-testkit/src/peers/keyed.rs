use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse as _, Response};
use parking_lot::Mutex;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::http::{listen, routes, run};
use super::peer::{Peer, Seen, wait_for};
use super::script::Script;

/// A server that is another one for each bearer token: it lists, answers and announces something else
/// to each, and refuses whoever comes without one it knows.
pub struct KeyedPeer {
    doors: Arc<Doors>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

struct Doors {
    by_token: BTreeMap<String, (Arc<Peer>, Router)>,
    /// What requests came with that were refused.
    strangers: Mutex<Vec<Option<String>>>,
}

impl KeyedPeer {
    /// Starts a server with a script for each token.
    pub async fn start(scripts: impl IntoIterator<Item = (&'static str, Script)>) -> Self {
        let door = |(token, script): (&str, Script)| {
            let peer = Peer::new(script);
            let router = routes(&peer);
            (token.to_owned(), (peer, router))
        };
        let doors = Arc::new(Doors {
            by_token: scripts.into_iter().map(door).collect(),
            strangers: Mutex::default(),
        });
        let router = Router::new().fallback(enter).with_state(Arc::clone(&doors));
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        Self {
            doors,
            address,
            _server: run(listener, router),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Every message that came with a token and has this method.
    pub fn seen(&self, token: &str, method: &str) -> Vec<Seen> {
        let peer = self.peer(token);
        let seen = peer.seen.lock();
        let fits = seen.iter().filter(|seen| seen.method == method);
        fits.cloned().collect()
    }

    /// What requests came with that were refused: a bearer token or nothing.
    pub fn strangers(&self) -> Vec<Option<String>> {
        self.doors.strangers.lock().clone()
    }

    /// Waits until somebody with a token hears what is announced.
    pub async fn wait_listener(&self, token: &str) {
        let peer = self.peer(token);
        wait_for("a listener", || {
            (!peer.listeners.lock().is_empty()).then_some(())
        })
        .await;
    }

    /// Waits until nobody with a token hears what is announced.
    pub async fn wait_alone(&self, token: &str) {
        let peer = self.peer(token);
        wait_for("nobody who listens", || {
            peer.announce("notifications/none", &serde_json::Value::Null);
            peer.listeners.lock().is_empty().then_some(())
        })
        .await;
    }

    fn peer(&self, token: &str) -> &Arc<Peer> {
        let found = self.doors.by_token.get(token);
        &found.expect("a token it was started with").0
    }
}

impl std::fmt::Debug for KeyedPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyedPeer({})", self.address)
    }
}

async fn enter(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    let header = request.headers().get(AUTHORIZATION);
    let token = header
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned);
    let known = token.as_ref().and_then(|token| doors.by_token.get(token));
    let Some((_, router)) = known else {
        doors.strangers.lock().push(token);
        return StatusCode::UNAUTHORIZED.into_response();
    };
    router.clone().oneshot(request).await.into_response()
}
