use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use keyway_core::ports::{Clock, Random};
use keyway_core::{OrgId, Principal, RequestId, Subject};
use keyway_mcp::endpoint::{Body, Endpoint, Settings, Stats};
use keyway_mcp::wire::SseParser;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::backend::Fake;

/// An endpoint, and everything around it that a test wants to turn.
pub(crate) struct World {
    pub(crate) endpoint: Endpoint,
    pub(crate) backend: Arc<Fake>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// An answer: whole, or a stream that is still open.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Stream,
}

/// A body that is read as a test wants it.
pub(crate) struct Stream {
    body: Body,
    parser: SseParser,
}

pub(crate) fn world() -> World {
    world_with(Settings::default())
}

pub(crate) fn world_with(settings: Settings) -> World {
    let backend = Fake::new();
    let clock = Arc::new(TestClock(AtomicI64::new(1_800_000_000_000)));
    let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let endpoint = Endpoint::new(
        Arc::<Fake>::clone(&backend),
        settings,
        Arc::<TestClock>::clone(&clock),
        Arc::new(Counting(AtomicU64::new(1))),
        tasks.clone(),
        shutdown.clone(),
    );
    World {
        endpoint,
        backend,
        clock,
        tasks,
        shutdown,
    }
}

pub(crate) fn someone(number: u8) -> Principal {
    let org: OrgId = format!("org_01890a5d-ac96-774b-bcce-b302099a80{number:02}")
        .parse()
        .unwrap();
    Principal::new(org, Subject::Anonymous)
}

/// The `_meta` of a modern request.
pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {
            "elicitation": {}, "sampling": {}, "roots": {}
        },
    })
}

pub(crate) fn params(mut params: Value) -> Value {
    let mut whole = meta();
    if let Some(own) = params["_meta"].as_object() {
        for (key, value) in own {
            whole[key] = value.clone();
        }
    }
    params["_meta"] = whole;
    params
}

impl World {
    /// Sends a request as it is.
    pub(crate) async fn send(
        &self,
        who: &Principal,
        method: Method,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri("/mcp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let id: RequestId = "req_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let response = self.endpoint.handle(who.clone(), request, id).await;
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: Stream {
                body,
                parser: SseParser::new(64 << 20),
            },
        }
    }

    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let mut all = vec![
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        all.extend_from_slice(headers);
        self.send(&someone(1), Method::POST, &all, body).await
    }

    /// A modern request with the headers it needs. `params` gets its `_meta`.
    pub(crate) async fn modern(&self, method: &str, own: Value) -> Answer {
        let own = params(own);
        let name = own["name"].as_str().or_else(|| own["uri"].as_str());
        let mut headers = vec![
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", method),
        ];
        headers.extend(name.map(|name| ("mcp-name", name)));
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": own });
        self.post(&headers, body.to_string()).await
    }

    pub(crate) async fn tool(&self, name: &str, mut own: Value) -> Answer {
        own["name"] = name.into();
        self.modern("tools/call", own).await
    }

    /// Opens an MCP session and tells its id.
    pub(crate) async fn open(&self, revision: &str) -> String {
        self.open_as(&someone(1), revision).await
    }

    pub(crate) async fn open_as(&self, who: &Principal, revision: &str) -> String {
        let body = json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": {
                "protocolVersion": revision,
                "capabilities": { "elicitation": {}, "roots": {} },
                "clientInfo": { "name": "t", "version": "1" },
            },
        });
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("accept", "text/event-stream, application/json;q=0.9"),
        ];
        let answer = self
            .send(who, Method::POST, &headers, body.to_string())
            .await;
        assert_eq!(answer.status, 200);
        let session = answer.headers["mcp-session-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            answer.body.json().await["result"]["protocolVersion"],
            revision
        );
        session
    }

    /// Sends a message within an MCP session.
    pub(crate) async fn say(&self, session: &str, message: Value) -> Answer {
        self.post(&[("mcp-session-id", session)], message.to_string())
            .await
    }

    pub(crate) async fn legacy_tool(&self, session: &str, id: u32, name: &str) -> Answer {
        self.say(
            session,
            json!({
                "jsonrpc": "2.0", "id": id, "method": "tools/call",
                "params": { "name": name, "_meta": { "progressToken": "mine" } },
            }),
        )
        .await
    }

    pub(crate) async fn listen_to(&self, session: &str, last: Option<&str>) -> Answer {
        let mut headers = vec![
            ("accept", "text/event-stream"),
            ("mcp-session-id", session),
            ("mcp-protocol-version", "2025-11-25"),
        ];
        headers.extend(last.map(|last| ("last-event-id", last)));
        self.send(&someone(1), Method::GET, &headers, "").await
    }

    pub(crate) fn stats(&self) -> Stats {
        self.endpoint.stats()
    }

    /// Waits until nothing is alive but `sessions` MCP sessions.
    pub(crate) async fn quiet(&self, sessions: usize) {
        let wanted = Stats {
            sessions,
            live_sessions: sessions,
            ..Stats::default()
        };
        until(|| self.stats() == wanted).await;
    }
}

impl Answer {
    pub(crate) fn is_stream(&self) -> bool {
        self.headers["content-type"] == "text/event-stream"
    }

    /// The whole answer: JSON.
    pub(crate) async fn value(self) -> Value {
        assert!(!self.is_stream());
        self.body.json().await
    }

    /// The status, the JSON-RPC error code if there is one, and the message.
    pub(crate) async fn brief(self) -> (u16, Option<i64>) {
        let status = self.status.as_u16();
        let text = self.body.text().await;
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        (status, value["error"]["code"].as_i64())
    }
}

impl Stream {
    pub(crate) async fn text(self) -> String {
        let bytes = within(self.body.collect()).await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    pub(crate) async fn json(self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The next event with data: its id and the message. `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<(Option<String>, Value)> {
        loop {
            if let Some(event) = self.parser.next_event().unwrap() {
                if event.data.is_empty() {
                    return Some((event.id, Value::Null));
                }
                let value = serde_json::from_slice(&event.data).unwrap();
                return Some((event.id, value));
            }
            let frame = within(self.body.frame()).await?.unwrap();
            self.parser.push(&frame.into_data().unwrap());
        }
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Value {
        self.event().await.expect("a message").1
    }

    /// All messages up to the end.
    pub(crate) async fn messages(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some((_, message)) = self.event().await {
            all.push(message);
        }
        all
    }
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("in time")
}

pub(crate) async fn until(mut condition: impl FnMut() -> bool) {
    within(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

pub(crate) fn accept(name: &str) -> Value {
    json!({ "action": "accept", "content": { "name": name } })
}
