use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinSet;

use super::brain::answer;
use super::frames::{json, stream_of};
use super::script::{Script, Trouble, Turn};
use super::{anthropic, gemini, openai};
use crate::peers::{listen, run, wait_for};

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Anthropic's Messages, at `messages`.
    Anthropic,
    /// `OpenAI`'s Chat Completions, at `chat/completions`.
    OpenAi,
    /// Google's Gemini, at `models/{model}:{method}` below [`ModelServer::gemini_url`].
    Gemini,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// In which format.
    pub wire: Wire,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Value,
}

/// A model server on a port of its own, gone when dropped. It refuses what the vendor would
/// refuse, and remembers it as a problem.
pub struct ModelServer {
    inner: Arc<Inner>,
    address: SocketAddr,
    server: JoinSet<()>,
}

struct Inner {
    script: Script,
    asked: Mutex<Vec<Asked>>,
    problems: Mutex<Vec<String>>,
    /// Which turn comes next.
    next: AtomicUsize,
    left: Arc<AtomicUsize>,
}

impl ModelServer {
    /// Starts a server.
    pub async fn start(script: impl Into<Script>) -> Self {
        Self::start_at(script, ([127, 0, 0, 1], 0).into()).await
    }

    /// Starts a server at an address.
    pub async fn start_at(script: impl Into<Script>, at: SocketAddr) -> Self {
        let inner = Arc::new(Inner {
            script: script.into(),
            asked: Mutex::default(),
            problems: Mutex::default(),
            next: AtomicUsize::default(),
            left: Arc::default(),
        });
        let router = Router::new()
            .route("/v1/messages", post(take_anthropic))
            .route("/v1/chat/completions", post(take_openai))
            .route("/v1beta/models/{call}", post(take_gemini))
            .with_state(Arc::clone(&inner));
        let (listener, address) = listen(at).await;
        let server = run(listener, router);
        Self {
            inner,
            address,
            server,
        }
    }

    /// The base URL of Gemini's format.
    pub fn gemini_url(&self) -> String {
        format!("http://{}/v1beta/", self.address)
    }

    /// The base URL of Anthropic's and `OpenAI`'s formats.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1/", self.address)
    }

    /// The key it takes; empty for none.
    pub fn key(&self) -> &str {
        &self.inner.script.key
    }

    /// The requests so far, refused ones included.
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.asked.lock().clone()
    }

    /// Waits until there were so many requests.
    pub async fn wait_asked(&self, count: usize) -> Vec<Asked> {
        wait_for("requests to the model", || {
            let asked = self.asked();
            (asked.len() >= count).then_some(asked)
        })
        .await
    }

    /// What was wrong with requests, in the vendor's words.
    pub fn problems(&self) -> Vec<String> {
        self.inner.problems.lock().clone()
    }

    /// Waits until so many streams were left by their reader before the end.
    pub async fn wait_left(&self, count: usize) {
        wait_for("a stream that is left", || {
            (self.inner.left.load(Ordering::SeqCst) >= count).then_some(())
        })
        .await;
    }

    /// Stops serving: connections break, and the port is free afterwards.
    pub async fn stop(mut self) -> SocketAddr {
        self.server.shutdown().await;
        self.address
    }
}

impl std::fmt::Debug for ModelServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ModelServer({})", self.address)
    }
}

async fn take_anthropic(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    inner.take(Wire::Anthropic, "", &headers, &body).await
}

async fn take_openai(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    inner.take(Wire::OpenAi, "", &headers, &body).await
}

async fn take_gemini(
    State(inner): State<Arc<Inner>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    inner.take(Wire::Gemini, &call, &headers, &body).await
}

impl Inner {
    /// Takes a request. Gemini has the model and the method in its path: `call`.
    async fn take(&self, wire: Wire, call: &str, headers: &HeaderMap, body: &str) -> Response {
        let headers = recorded(headers);
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        self.asked.lock().push(Asked {
            wire,
            headers: headers.clone(),
            body: body.clone(),
        });
        if let Some(refusal) = self.refusal(wire, &headers) {
            return refusal;
        }
        let (in_path, method) = call.split_once(':').unwrap_or_default();
        let read = match wire {
            Wire::Anthropic => anthropic::read(&headers, &body),
            Wire::OpenAi => openai::read(&body),
            Wire::Gemini => gemini::read(in_path, method == "streamGenerateContent", &body),
        };
        let conversation = match read {
            Ok(conversation) => conversation,
            Err(problem) => {
                self.problems.lock().push(problem.clone());
                return error(wire, 400, None, &problem);
            }
        };
        let nth = self.next.fetch_add(1, Ordering::SeqCst);
        let turn = answer(&self.script, nth, &conversation);
        let model = body["model"].as_str().unwrap_or(in_path);
        if let Some(refusal) = instead(wire, &turn).await {
            return refusal;
        }
        if !conversation.streams {
            let whole = match wire {
                Wire::Anthropic => anthropic::whole(&turn, model, nth),
                Wire::OpenAi => openai::whole(&turn, model, nth),
                Wire::Gemini => gemini::whole(&turn, model, nth),
            };
            return json(200, None, whole);
        }
        let (frames, overloaded) = match wire {
            Wire::Anthropic => (anthropic::frames(&turn, model, nth), anthropic::OVERLOADED),
            Wire::OpenAi => (
                openai::frames(&turn, model, nth, conversation.tells_usage),
                openai::OVERLOADED,
            ),
            Wire::Gemini => (gemini::frames(&turn, model, nth), gemini::OVERLOADED),
        };
        stream_of(&turn, frames, overloaded, Arc::clone(&self.left))
    }

    /// Whether the key is the right one.
    fn refusal(&self, wire: Wire, headers: &BTreeMap<String, String>) -> Option<Response> {
        let name = match wire {
            Wire::Anthropic => "x-api-key",
            Wire::OpenAi => "authorization",
            Wire::Gemini => "x-goog-api-key",
        };
        let sent = headers.get(name).map_or("", String::as_str);
        let expected = match (wire, self.script.key.as_str()) {
            (_, "") => String::new(),
            (Wire::Anthropic | Wire::Gemini, key) => key.to_owned(),
            (Wire::OpenAi, key) => format!("Bearer {key}"),
        };
        if sent == expected {
            return None;
        }
        // As vendors do, it shows what it was sent.
        Some(error(
            wire,
            401,
            None,
            &format!("incorrect API key provided: {sent}"),
        ))
    }
}

/// What is answered, or done, in place of an answer.
async fn instead(wire: Wire, turn: &Turn) -> Option<Response> {
    match turn.trouble.as_ref()? {
        Trouble::Status {
            status,
            retry_after,
            message,
        } => Some(error(wire, *status, retry_after.as_deref(), message)),
        Trouble::ContextOverflow => Some(json(
            400,
            None,
            match wire {
                Wire::Anthropic => anthropic::too_long(),
                Wire::OpenAi => openai::too_long(),
                Wire::Gemini => gemini::too_long(),
            },
        )),
        // The task of the connection ends, and with it the connection.
        Trouble::CloseAtOnce => panic!("closes the connection, as scripted"),
        Trouble::Hang => std::future::pending().await,
        _ => None,
    }
}

fn error(wire: Wire, status: u16, retry_after: Option<&str>, message: &str) -> Response {
    let body = match wire {
        Wire::Anthropic => anthropic::error(status, message),
        Wire::OpenAi => openai::error(status, message),
        Wire::Gemini => gemini::error(status, message),
    };
    json(status, retry_after, body)
}

fn recorded(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}
