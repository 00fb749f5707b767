use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_core::Principal;
use keyway_core::ports::{AskError, BoxFuture, InputRequest, LogLevel, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_mcp::endpoint::{
    Backend, CacheScope, Call, HeaderParameter, List, Notice, Page, ServerInfo,
};
use parking_lot::Mutex;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

/// A backend with a few tools, each named after what it does.
pub(crate) struct Fake {
    pub(crate) info: Arc<ServerInfo>,
    pub(crate) notices: broadcast::Sender<Notice>,
    pub(crate) revoked: CancellationToken,
    /// Lets tools that wait go on.
    pub(crate) gate: Semaphore,
    pub(crate) started: AtomicUsize,
    pub(crate) cancelled: AtomicUsize,
    pub(crate) finished: AtomicUsize,
    pub(crate) subscribed: Mutex<HashMap<String, usize>>,
}

impl Fake {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            info: Arc::new(ServerInfo {
                name: "fake".into(),
                version: "1.0".into(),
                instructions: Some("be kind".into()),
                ..ServerInfo::default()
            }),
            notices: broadcast::channel(16).0,
            revoked: CancellationToken::new(),
            gate: Semaphore::new(0),
            started: AtomicUsize::new(0),
            cancelled: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            subscribed: Mutex::default(),
        })
    }

    pub(crate) fn watched(&self, uri: &str) -> usize {
        self.subscribed.lock().get(uri).copied().unwrap_or(0)
    }
}

impl Backend for Fake {
    fn server(&self) -> Arc<ServerInfo> {
        Arc::clone(&self.info)
    }

    fn list(&self, _: &Principal, list: List, cursor: Option<&str>) -> Result<Page, RpcError> {
        let (items, next) = match (list, cursor) {
            (List::Tools, None) => (json!([{ "name": "echo" }]), Some("p 2".to_owned())),
            (List::Tools, Some("p 2")) => (json!([{ "name": "text" }]), None),
            (_, None) => (json!([]), None),
            _ => return Err(RpcError::new(RpcError::INVALID_PARAMS, "unknown cursor")),
        };
        Ok(Page {
            items: RawJson::of(&items).unwrap(),
            next_cursor: next,
            ttl_ms: 7,
            scope: CacheScope::Private,
        })
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(async move {
            self.started.fetch_add(1, Ordering::SeqCst);
            let outcome = match call.method {
                RelayMethod::CallTool => self.tool(&call).await,
                RelayMethod::ReadResource => Err(RpcError {
                    raw: Some(raw(r#"{"code":-32002,"message":"gone","x":1.50}"#)),
                    scope: None,
                    ..RpcError::new(-32002, "gone")
                }),
                RelayMethod::GetPrompt => ask(&call, &[("user_context", "elicitation/create")])
                    .await
                    .map(|_| raw(r#"{"messages":[]}"#)),
                RelayMethod::Complete => Ok(raw(
                    &json!({ "completion": { "values": [call.target] } }).to_string(),
                )),
            };
            self.finished.fetch_add(1, Ordering::SeqCst);
            outcome
        })
    }

    fn header_parameters(&self, _: &Principal, tool: &str) -> Arc<[HeaderParameter]> {
        if tool != "mirrored" {
            return Arc::new([]);
        }
        Arc::new([
            HeaderParameter {
                header: "Region".into(),
                path: vec!["region".into()],
            },
            HeaderParameter {
                header: "Depth".into(),
                path: vec!["deep".into(), "n".into()],
            },
        ])
    }

    fn subscribe<'a>(
        &'a self,
        _: &'a Principal,
        uri: &'a str,
    ) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(async move {
            if uri == "test://unknown" {
                return Err(RpcError::new(RpcError::INVALID_PARAMS, "no such resource"));
            }
            *self.subscribed.lock().entry(uri.to_owned()).or_default() += 1;
            Ok(())
        })
    }

    fn unsubscribe<'a>(&'a self, _: &'a Principal, uri: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            *self.subscribed.lock().get_mut(uri).unwrap() -= 1;
        })
    }

    fn notices(&self, _: &Principal) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    fn hears(&self, _: &Principal, channel: &str) -> bool {
        channel != "hidden"
    }

    fn seal(&self, who: &Principal, state: &[u8]) -> String {
        let mut sealed = format!("{who:?}").into_bytes();
        sealed.push(0);
        sealed.extend_from_slice(state);
        let sum: u64 = sealed
            .iter()
            .fold(7, |sum, byte| sum.wrapping_mul(31) ^ u64::from(*byte));
        sealed.extend_from_slice(&sum.to_be_bytes());
        URL_SAFE_NO_PAD.encode(sealed)
    }

    fn open(&self, who: &Principal, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (text, _) = bytes.split_at_checked(bytes.len().checked_sub(8)?)?;
        let start = text.iter().position(|byte| *byte == 0)? + 1;
        let state = text[start..].to_vec();
        (self.seal(who, &state) == sealed).then_some(state)
    }

    fn revoked(&self, _: &Principal) -> CancellationToken {
        self.revoked.clone()
    }
}

impl Fake {
    async fn tool(&self, call: &Call<'_>) -> Result<RawJson, RpcError> {
        match call.target {
            "echo" | "mirrored" => Ok(call.params.clone()),
            "text" => Ok(raw(r#"{ "content":[ ] , "n":1.50e+3,"_meta":{"up":1}}"#)),
            "burst" => {
                for number in 0..20_000 {
                    say(call, &format!("line {number} {}", "x".repeat(100)));
                }
                Ok(raw("{\"content\":[]}"))
            }
            "says" => {
                say(call, "one");
                call.caller.notify(
                    "notifications/progress",
                    value(&json!({ "progressToken": 0, "progress": 1, "total": 2 })),
                );
                tokio::task::yield_now().await;
                say(call, "two");
                Ok(raw("{\"content\":[]}"))
            }
            "waits" | "says and waits" => {
                if call.target != "waits" {
                    say(call, "waiting");
                }
                tokio::select! {
                    () = call.cancel.cancelled() => {
                        self.cancelled.fetch_add(1, Ordering::SeqCst);
                        Err(RpcError::new(RpcError::INTERNAL_ERROR, "cancelled"))
                    }
                    gate = self.gate.acquire() => {
                        gate.unwrap().forget();
                        Ok(raw("{\"content\":[\"done\"]}"))
                    }
                }
            }
            "floods" => loop {
                say(call, &"x".repeat(10_000));
                tokio::select! {
                    () = call.cancel.cancelled() => {
                        self.cancelled.fetch_add(1, Ordering::SeqCst);
                        return Err(RpcError::new(RpcError::INTERNAL_ERROR, "cancelled"));
                    }
                    () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {}
                }
            },
            "releases" => {
                call.caller.release_connection();
                self.gate.acquire().await.unwrap().forget();
                Ok(raw("{\"content\":[\"late\"]}"))
            }
            "asks" => ask(call, &[("user_name", "elicitation/create")]).await,
            "asks thrice" => {
                ask(
                    call,
                    &[
                        ("user_name", "elicitation/create"),
                        ("greeting", "sampling/createMessage"),
                        ("client_roots", "roots/list"),
                    ],
                )
                .await
            }
            "asks twice over" => {
                let first = ask(call, &[("step", "elicitation/create")]).await?;
                let second = ask(call, &[("step", "elicitation/create")]).await?;
                Ok(raw(&format!(
                    r#"{{"content":[{},{}]}}"#,
                    first.as_str(),
                    second.as_str()
                )))
            }
            "asks side by side" => {
                let (left, right) = tokio::join!(
                    ask(call, &[("user_name", "elicitation/create")]),
                    ask(call, &[("user_name", "elicitation/create")]),
                );
                Ok(raw(&format!(
                    r#"{{"content":[{},{}]}}"#,
                    left?.as_str(),
                    right?.as_str()
                )))
            }
            "hands through" => {
                let state = keyway_core::json::member(call.params.as_str(), "requestState");
                Ok(match state {
                    None => raw(
                        r#"{"resultType":"input_required","requestState":"their st\u0061te","inputRequests":{}}"#,
                    ),
                    Some(state) => raw(&format!(r#"{{"content":[{}]}}"#, state.value)),
                })
            }
            _ => Err(RpcError::new(RpcError::INVALID_PARAMS, "unknown tool")),
        }
    }
}

async fn ask(call: &Call<'_>, questions: &[(&str, &str)]) -> Result<RawJson, RpcError> {
    let requests = questions
        .iter()
        .map(|(key, method)| {
            let request = InputRequest {
                method: (*method).to_owned(),
                params: Some(value(&json!({ "message": "?" }))),
            };
            ((*key).to_owned(), request)
        })
        .collect();
    match call.caller.ask(requests).await {
        Ok(answers) => {
            let answers: Vec<_> = answers
                .iter()
                .map(|(key, answer)| format!("\"{key}\":{}", answer.get()))
                .collect();
            Ok(raw(&format!("{{\"got\":{{{}}}}}", answers.join(","))))
        }
        Err(AskError::Refused(error)) => Ok(raw(&format!("{{\"refused\":{}}}", error.get()))),
        Err(error) => Ok(raw(
            &json!({ "isError": true, "content": [error.to_string()] }).to_string(),
        )),
    }
}

fn say(call: &Call<'_>, text: &str) {
    call.caller.notify(
        "notifications/message",
        value(&json!({ "level": LogLevel::Info, "data": text })),
    );
}

fn raw(text: &str) -> RawJson {
    RawJson::parse(bytes::Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

fn value(value: &serde_json::Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).unwrap()
}
