use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::authority::Authority;
use super::document;
use super::misbehaviour::Misbehaviour;
use super::resolve::{Refused, execute};
use super::workspace::Workspace;
use crate::peers::{listen, run};

/// The most bytes of a request.
const LARGEST: usize = 1 << 20;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `POST /graphql`
    pub line: String,
    /// The whole `Authorization` header; empty for none.
    pub authorization: String,
    /// The body; null where it is no JSON.
    pub body: Value,
}

/// A webhook that is signed and not sent yet.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// A Linear on a port of its own, gone when dropped; see the module.
pub struct Linear {
    pub(super) inner: Arc<Inner>,
    address: SocketAddr,
    _server: JoinSet<()>,
}

pub(super) struct Inner {
    pub(super) web: String,
    pub(super) workspace: Mutex<Workspace>,
    pub(super) authority: Mutex<Authority>,
    pub(super) ignores_actor: Mutex<bool>,
    received: Mutex<Vec<Received>>,
    /// Each with what the body of the request has to contain.
    misbehaviours: Mutex<VecDeque<(String, Misbehaviour)>>,
}

impl Linear {
    /// The client id of the app.
    pub const CLIENT_ID: &'static str = "8f1d5b5e0a9c4c1f";
    /// Its secret.
    pub const CLIENT_SECRET: &'static str = "canary-client-secret";
    /// What its webhooks are signed with.
    pub const WEBHOOK_SECRET: &'static str = "lin_wh_canary_webhook_secret";
    /// Ada's personal key.
    pub const KEY: &'static str = "lin_api_canary_key_of_ada";

    /// Starts one with the workspace Acme: the teams ENG and OPS, the people Ada and Bob.
    pub async fn start() -> Self {
        let (listener, address) = listen(([127, 0, 0, 1], 0).into()).await;
        let web = format!("http://localhost:{}", address.port());
        let mut workspace = Workspace::acme(&web);
        let application = workspace.application.clone();
        let application = workspace.all.get_mut(&application).expect("it");
        application.insert("clientId".into(), Self::CLIENT_ID.into());
        let mut authority = Authority::new(Self::CLIENT_ID, Self::CLIENT_SECRET);
        authority.add_key(Self::KEY, &workspace.ada);
        let inner = Arc::new(Inner {
            web,
            workspace: Mutex::new(workspace),
            authority: Mutex::new(authority),
            ignores_actor: Mutex::new(false),
            received: Mutex::default(),
            misbehaviours: Mutex::default(),
        });
        let router = Router::new()
            .route("/graphql", post(graphql))
            .route("/oauth/authorize", get(super::oauth::authorize))
            .route("/oauth/token", post(super::oauth::token))
            .route("/oauth/revoke", post(super::oauth::revoke))
            .layer(from_fn_with_state(Arc::clone(&inner), guard))
            .with_state(Arc::clone(&inner));
        Self {
            inner,
            address,
            _server: run(listener, router),
        }
    }

    /// Where it is: `http://localhost:…`, API and pages alike.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// Misbehaves at the next request; several are done one after another.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.misbehave_at("", misbehaviour);
    }

    /// Misbehaves at the next request whose body contains these words.
    pub fn misbehave_at(&self, words: &str, misbehaviour: Misbehaviour) {
        let mut misbehaviours = self.inner.misbehaviours.lock();
        misbehaviours.push_back((words.to_owned(), misbehaviour));
    }

    /// The requests so far, refused ones included.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().clone()
    }

    /// Forgets the requests so far.
    pub fn forget_received(&self) {
        self.inner.received.lock().clear();
    }
}

impl std::fmt::Debug for Linear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linear")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

async fn guard(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let authorization = authorization(&head.headers).to_owned();
    inner.received.lock().push(Received {
        line: format!("{} {}", head.method, head.uri.path()),
        authorization: authorization.clone(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let misbehaviour = {
        let text = String::from_utf8_lossy(&body);
        let mut all = inner.misbehaviours.lock();
        let at = all.iter().position(|(words, _)| text.contains(words));
        at.and_then(|at| all.remove(at)).map(|(_, it)| it)
    };
    if let Some(answer) = misbehaviour
        .as_ref()
        .and_then(|it| it.answer(&authorization))
    {
        return answer;
    }
    let answer = next.run(Request::from_parts(head, Body::from(body))).await;
    match misbehaviour {
        Some(misbehaviour) => misbehaviour.spoil(answer).await,
        None => answer,
    }
}

async fn graphql(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let who = inner.authority.lock().who(authorization(&headers));
    let Some(who) = who else {
        let refused = Refused {
            code: "AUTHENTICATION_ERROR",
            message: "Authentication required, not authenticated".into(),
        };
        return refuse(StatusCode::UNAUTHORIZED, &refused);
    };
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let asked: Option<Value> = serde_json::from_slice(&body).ok();
    let query = asked
        .as_ref()
        .and_then(|asked| asked.get("query")?.as_str());
    let (Some(b"application/json"), Some(query)) = (kind, query) else {
        let refused = Refused {
            code: "BAD_REQUEST",
            message: "expected JSON with a query".into(),
        };
        return refuse(StatusCode::BAD_REQUEST, &refused);
    };
    let variables = asked
        .as_ref()
        .and_then(|asked| asked.get("variables")?.as_object());
    let document = match document::read(query, variables.unwrap_or(&Map::new())) {
        Ok(document) => document,
        Err(message) => return refuse(StatusCode::BAD_REQUEST, &Refused::from(message)),
    };
    let done = execute(&mut inner.workspace.lock(), &inner.web, &who, &document);
    match done {
        Ok(data) => axum::Json(json!({ "data": data })).into_response(),
        Err(refused) if refused.code == "GRAPHQL_VALIDATION_FAILED" => {
            refuse(StatusCode::BAD_REQUEST, &refused)
        }
        // What the input is about is told with 200.
        Err(refused) => refuse(StatusCode::OK, &refused),
    }
}

fn refuse(status: StatusCode, refused: &Refused) -> Response {
    let kind = refused.code.to_lowercase().replace('_', " ");
    let error = json!({
        "message": refused.message,
        "extensions": { "code": refused.code, "type": kind, "userError": true,
            "userPresentableMessage": refused.message }
    });
    (
        status,
        axum::Json(json!({ "errors": [error], "data": null })),
    )
        .into_response()
}

fn authorization(headers: &HeaderMap) -> &str {
    let header = headers.get(header::AUTHORIZATION);
    header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
