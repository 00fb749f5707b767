//! The outside world for the tests of this crate: everything in memory, nothing waits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::ports::{
    Body, BoxFuture, Clock, HttpError, HttpRequest, HttpResponse, HttpSend, ProtectedResource,
    Random,
};
use parking_lot::Mutex;
use tokio::sync::{Mutex as Gate, watch};

use crate::{Client, ClientSettings, Lock, Parts, Safe, SafeError, SignIn};

pub(crate) const MCP: &str = "https://mcp.example/mcp";
pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const REDIRECT: &str = "http://localhost:1456/auth/mcp/callback";

/// An answer: status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

/// Answers by method and URL without query. What is not scripted is not found; `0` as a status means
/// that no connection is made.
#[derive(Default)]
pub(crate) struct Web {
    pages: Mutex<BTreeMap<String, Vec<Reply>>>,
    pub(crate) requests: Mutex<Vec<HttpRequest>>,
}

impl Web {
    /// Scripts the answers of a page, in order; the last one stays.
    pub(crate) fn on(&self, page: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        let replies = replies.into_iter().collect();
        self.pages.lock().insert(page.to_owned(), replies);
        self
    }

    /// The fields of the forms that were posted to a page.
    pub(crate) fn forms(&self, url: &str) -> Vec<BTreeMap<String, String>> {
        let requests = self.requests.lock();
        let posted = requests.iter().filter(|request| request.url == url);
        posted
            .map(|request| {
                url::form_urlencoded::parse(&request.body)
                    .into_owned()
                    .collect()
            })
            .collect()
    }

    fn answer(&self, request: &HttpRequest) -> Reply {
        let page = request.url.split('?').next().unwrap();
        let mut pages = self.pages.lock();
        let Some(replies) = pages.get_mut(&format!("{} {page}", request.method)) else {
            return (404, Vec::new(), String::new());
        };
        if replies.len() > 1 {
            replies.remove(0)
        } else {
            replies[0].clone()
        }
    }
}

impl HttpSend for Web {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let (status, headers, body) = self.answer(&request);
        self.requests.lock().push(request);
        let answer = if status == 0 {
            Err(HttpError::Connect(String::from("connection refused")))
        } else {
            Ok(HttpResponse {
                status: StatusCode::from_u16(status).unwrap(),
                headers: headers
                    .into_iter()
                    .map(|(name, value)| {
                        let value = HeaderValue::from_str(&value).unwrap();
                        (HeaderName::from_static(name), value)
                    })
                    .collect::<HeaderMap>(),
                body: Body::new(stream::iter([Ok(Bytes::from(body))])),
            })
        };
        // One turn of the runtime, so that what races can race.
        async move {
            tokio::task::yield_now().await;
            answer
        }
        .boxed()
    }
}

pub(crate) fn json(document: &serde_json::Value) -> Reply {
    (200, Vec::new(), document.to_string())
}

pub(crate) fn status(status: u16, document: &serde_json::Value) -> Reply {
    (status, Vec::new(), document.to_string())
}

/// A safe in memory.
pub(crate) struct Memory {
    records: Mutex<BTreeMap<String, Vec<u8>>>,
    gates: Mutex<BTreeMap<String, Arc<Gate<()>>>>,
    version: watch::Sender<u64>,
    /// How many of the next writes fail.
    pub(crate) failing: AtomicU8,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            records: Mutex::default(),
            gates: Mutex::default(),
            version: watch::Sender::new(0),
            failing: AtomicU8::new(0),
        }
    }
}

impl Memory {
    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.records.lock()[name]).unwrap()
    }

    pub(crate) fn put(&self, name: &str, record: &serde_json::Value) {
        let record = record.to_string().into_bytes();
        self.records.lock().insert(name.to_owned(), record);
        self.version.send_modify(|version| *version += 1);
    }
}

impl Safe for Memory {
    fn read<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, SafeError>> {
        async move {
            // As a real one does, it takes a turn.
            tokio::task::yield_now().await;
            let record = self.records.lock().get(name).cloned();
            Ok(record.map(Secret::new))
        }
        .boxed()
    }

    fn write<'a>(
        &'a self,
        name: &'a str,
        value: Secret<Vec<u8>>,
    ) -> BoxFuture<'a, Result<(), SafeError>> {
        async move {
            let fails = self
                .failing
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                });
            if fails.is_ok() {
                return Err(SafeError::Io(String::from("the disk is full")));
            }
            let mut records = self.records.lock();
            records.insert(name.to_owned(), value.expose().clone());
            self.version.send_modify(|version| *version += 1);
            Ok(())
        }
        .boxed()
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, SafeError>> {
        let removed = self.records.lock().remove(name).is_some();
        self.version.send_modify(|version| *version += 1);
        async move { Ok(removed) }.boxed()
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, SafeError>> {
        let names = self.records.lock().keys().cloned().collect();
        async move { Ok(names) }.boxed()
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, SafeError>> {
        let gate = Arc::clone(self.gates.lock().entry(name.to_owned()).or_default());
        async move { Ok(Box::new(gate.lock_owned().await) as Lock) }.boxed()
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        let mut version = self.version.subscribe();
        async move {
            let _ = version.changed().await;
        }
        .boxed()
    }
}

/// A clock that stands still until it is moved.
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Different bytes each time.
#[derive(Default)]
pub(crate) struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

/// A client and the world around it.
pub(crate) struct World {
    pub(crate) web: Arc<Web>,
    pub(crate) safe: Arc<Memory>,
    pub(crate) hands: Arc<Hands>,
    random: Arc<Counting>,
}

impl World {
    /// A world with one protected server and its authorization server, both in order.
    pub(crate) fn new() -> Self {
        let world = Self {
            web: Arc::default(),
            safe: Arc::default(),
            hands: Arc::new(Hands(AtomicI64::new(1_800_000_000))),
            random: Arc::default(),
        };
        let challenge = String::from("Bearer scope=\"read\"");
        world
            .web
            .on(
                &format!("POST {MCP}"),
                [(401, vec![("www-authenticate", challenge)], String::new())],
            )
            .on(
                "GET https://mcp.example/.well-known/oauth-protected-resource/mcp",
                [json(&resource_metadata())],
            )
            .on(
                "GET https://as.example/.well-known/oauth-authorization-server",
                [json(&server_metadata())],
            )
            .on(
                "POST https://as.example/register",
                [status(201, &serde_json::json!({ "client_id": "client-1" }))],
            )
            .on(
                "POST https://as.example/token",
                [tokens("access-1", "refresh-1", 3600)],
            );
        world
    }

    /// Another process in the same world.
    pub(crate) fn client(&self) -> Client {
        self.client_with(None, ClientSettings::default())
    }

    pub(crate) fn client_with(
        &self,
        sign_in: Option<Arc<dyn SignIn>>,
        settings: ClientSettings,
    ) -> Client {
        Client::new(Parts {
            http: Arc::<Web>::clone(&self.web),
            safe: Arc::<Memory>::clone(&self.safe),
            clock: Arc::<Hands>::clone(&self.hands),
            random: Arc::<Counting>::clone(&self.random),
            sign_in,
            failures: None,
            settings,
        })
    }

    /// A client that is signed in to the server `files`.
    pub(crate) async fn signed_in(&self) -> Client {
        let client = self.client();
        let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
        let callback = callback(pending.url(), "code-1");
        client.complete(pending, &callback).await.unwrap();
        client
    }
}

pub(crate) fn resource() -> ProtectedResource {
    ProtectedResource {
        url: MCP.to_owned(),
        ..ProtectedResource::default()
    }
}

pub(crate) fn resource_metadata() -> serde_json::Value {
    serde_json::json!({
        "resource": MCP,
        "authorization_servers": [ISSUER],
        "scopes_supported": ["read", "write"],
    })
}

pub(crate) fn server_metadata() -> serde_json::Value {
    serde_json::json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://as.example/authorize?tenant=1",
        "token_endpoint": "https://as.example/token",
        "registration_endpoint": "https://as.example/register",
        "revocation_endpoint": "https://as.example/revoke",
        "code_challenge_methods_supported": ["plain", "S256"],
    })
}

pub(crate) fn tokens(access: &str, refresh: &str, expires_in: u32) -> Reply {
    json(&serde_json::json!({
        "access_token": access,
        "token_type": "Bearer",
        "refresh_token": refresh,
        "expires_in": expires_in,
    }))
}

/// The query of an authorization request.
pub(crate) fn query(url: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().into_owned().collect()
}

/// The callback that answers an authorization request.
pub(crate) fn callback(url: &str, code: &str) -> String {
    format!("{REDIRECT}?code={code}&state={}", query(url)["state"])
}
