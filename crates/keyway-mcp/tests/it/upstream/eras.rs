//! What works the same with every era and transport.

use std::sync::Arc;

use keyway_core::ports::{Caller, ChangeKind, RelayMethod, Upstream};
use keyway_mcp::upstream::{PoolSettings, ServerSpec};
use keyway_testkit::peers::{Era, HttpPeer, Script, SsePeer, StdioPeer};
use serde_json::{Value, json};

use super::STDIO_PEER;
use super::rig::{Call, Client, Rig, http, settings, stdio, tool, wait};

/// A peer of any kind.
enum Any {
    Http(HttpPeer),
    Sse(SsePeer),
    Stdio(StdioPeer),
}

impl Any {
    fn spec(&self) -> ServerSpec {
        match self {
            Self::Http(peer) => http("x", peer.url()),
            Self::Sse(peer) => http("x", peer.url()),
            Self::Stdio(peer) => stdio("x", peer),
        }
    }

    async fn wait_seen(&self, method: &str) -> Value {
        match self {
            Self::Http(peer) => peer.wait_seen(method).await,
            Self::Sse(peer) => peer.wait_seen(method).await,
            Self::Stdio(peer) => peer.wait_seen(method).await,
        }
        .json()
    }
}

async fn start(kind: &str) -> Any {
    match kind {
        "modern http" => Any::Http(HttpPeer::start(Script::new(Era::Modern)).await),
        "legacy http" => Any::Http(HttpPeer::start(Script::new(Era::Legacy)).await),
        "sse" => Any::Sse(SsePeer::start(Script::new(Era::Legacy)).await),
        "modern stdio" => Any::Stdio(StdioPeer::new(Script::new(Era::Modern), STDIO_PEER)),
        _ => Any::Stdio(StdioPeer::new(Script::new(Era::Legacy), STDIO_PEER)),
    }
}

macro_rules! with_every_kind {
    ($($name:ident => $check:ident,)*) => {
        $(mod $name {
            #[tokio::test]
            async fn modern_http() { super::$check("modern http").await; }
            #[tokio::test]
            async fn legacy_http() { super::$check("legacy http").await; }
            #[tokio::test]
            async fn sse() { super::$check("sse").await; }
            #[tokio::test]
            async fn modern_stdio() { super::$check("modern stdio").await; }
            #[tokio::test]
            async fn legacy_stdio() { super::$check("legacy stdio").await; }
        })*
    };
}

with_every_kind! {
    lists_and_calls => check_lists_and_calls,
    progress_and_logs => check_progress_and_logs,
    elicitation => check_elicitation,
    roots => check_roots,
    cancellation => check_cancellation,
    list_changes => check_list_changes,
    resource_updates => check_resource_updates,
    errors => check_errors,
}

async fn check_lists_and_calls(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    let status = server.status();
    let modern = kind.starts_with("modern");
    let expected = if modern { "2026-07-28" } else { "2025-11-25" };
    assert_eq!(status.protocol.as_deref(), Some(expected));
    let transport = kind.rsplit(' ').next().unwrap();
    assert_eq!((status.transport, status.auth), (transport, "none"));
    let lists = server.lists();
    assert_eq!(lists.tools.len(), 14);
    assert_eq!(status.tools, 14);
    assert_eq!(lists.resources[1].key, "test://watched");
    assert_eq!(lists.templates[0].key, "test://items/{id}");
    assert_eq!(lists.prompts[0].key, "greet");
    assert!(lists.warnings.is_empty(), "{:?}", lists.warnings);

    let echoed = tool("echo", r#"{"n":1.50e+3}"#)
        .send(&server)
        .await
        .unwrap();
    assert!(echoed.as_str().contains(r#""echo":{"n":1.50e+3}"#));
    let call = |method, target: &str, params: &str| Call {
        method,
        target: target.into(),
        params: params.into(),
        ..tool("", "{}")
    };
    let read = call(
        RelayMethod::ReadResource,
        "test://static",
        r#"{"uri":"keyway+x:test://static"}"#,
    );
    let read = read.value(&server).await;
    assert_eq!(read["contents"][0]["uri"], "test://static");
    let params = r#"{"name":"mcp__x__greet","arguments":{"who":"Bob"}}"#;
    let prompt = call(RelayMethod::GetPrompt, "greet", params)
        .value(&server)
        .await;
    assert_eq!(prompt["messages"][0]["content"]["text"], "hello Bob");
    let params = r#"{"ref":{"type":"ref/resource","uri":"y"},"argument":{"name":"id","value":""}}"#;
    let completed = call(RelayMethod::Complete, "test://items/{id}", params);
    let completed = completed.value(&server).await;
    assert_eq!(completed["completion"]["values"][0], "test://items/{id}");
    rig.stop().await;
}

async fn check_progress_and_logs(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    let client = Client::new();
    let call = tool("progress", "{}").by(&client);
    assert_eq!(call.value(&server).await["content"][0]["text"], "done");
    wait("everything that was told", || client.told.lock().len() == 4).await;
    let steps: Vec<_> = client
        .told("notifications/progress")
        .iter()
        .map(|params| params["progress"].as_u64().unwrap())
        .collect();
    assert_eq!(steps, [1, 2, 3]);
    assert_eq!(
        client.told("notifications/message")[0]["data"],
        "a log message"
    );

    let quiet = Arc::new(Client {
        quiet: true,
        ..Client::default()
    });
    tool("progress", "{}").by(&quiet).value(&server).await;
    assert!(quiet.told.lock().is_empty());
}

async fn check_elicitation(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    let client = Client::new();
    let answer = tool("ask", "{}").by(&client).value(&server).await;
    assert_eq!(answer["answer"]["content"]["name"], "Ada");
    let asked = client.asked.lock().clone();
    assert_eq!(asked[0].0, "elicitation/create");
    assert_eq!(asked[0].1["message"], "Who are you?");
    if kind.starts_with("modern") {
        assert_eq!(answer["state"], "opaque \"state\"");
        let modern = Arc::new(Client {
            modern: true,
            ..Client::default()
        });
        let through = tool("ask", "{}").by(&modern).value(&server).await;
        assert_eq!(through["resultType"], "input_required");
        assert!(modern.asked.lock().is_empty());
    } else {
        let cannot = Arc::new(Client {
            cannot: true,
            ..Client::default()
        });
        let refused = tool("ask", "{}").by(&cannot).value(&server).await;
        assert_eq!(refused["answer"]["error"]["code"], -32601);
    }
}

/// On a connection that all calls share, roots are told only to who names the call.
async fn check_roots(kind: &str) {
    if kind.starts_with("modern") {
        return;
    }
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    let client = Client::new();
    let unnamed = tool("ask", r#"{"method":"roots/list"}"#).by(&client);
    let answer = unnamed.value(&server).await["answer"].clone();
    if kind == "legacy http" {
        assert_eq!(client.asked.lock().len(), 1, "it came on the call's stream");
    } else {
        assert_eq!(answer["error"]["code"], -32600);
        assert!(client.asked.lock().is_empty());
    }
    client.asked.lock().clear();
    let named = tool("ask", r#"{"method":"roots/list","named":true}"#).by(&client);
    let answer = named.value(&server).await["answer"].clone();
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(client.asked.lock()[0].0, "roots/list");
    if kind == "legacy http" {
        return;
    }
    // Where all calls are one person's own, that person is asked instead.
    let (peer, own) = (start(kind).await, Client::new());
    let fallback = Arc::clone(&own) as Arc<dyn Caller>;
    let rig = Rig::with(PoolSettings {
        fallback: Some(Arc::new(move |server: &str| {
            (!server.is_empty()).then(|| Arc::clone(&fallback))
        })),
        ..settings()
    });
    let server = rig.connect(peer.spec()).await;
    client.asked.lock().clear();
    let unnamed = tool("ask", r#"{"method":"roots/list"}"#).by(&client);
    let answer = unnamed.value(&server).await["answer"].clone();
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(own.asked.lock()[0].0, "roots/list");
    assert!(client.asked.lock().is_empty());
}

async fn check_cancellation(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    for drops in [false, true] {
        let call = tool("hang", "{}");
        let sent = async {
            if drops {
                // The one who relays went away.
                let sending = call.send(&server);
                let patience = tokio::time::Duration::from_millis(500);
                assert!(tokio::time::timeout(patience, sending).await.is_err());
            } else {
                let error = call.send(&server).await.unwrap_err();
                assert_eq!(super::rig::code(&error), "cancelled");
            }
        };
        let cancel = async {
            peer.wait_seen("tools/call").await;
            call.cancel.cancel();
        };
        if drops {
            sent.await;
        } else {
            tokio::join!(sent, cancel);
        }
    }
    if let (Any::Http(peer), "modern http") = (&peer, kind) {
        wait("both streams to be closed", || peer.closed().len() == 2).await;
        assert!(peer.seen("notifications/cancelled").is_empty());
    } else {
        let called = peer.wait_seen("tools/call").await;
        let cancelled = peer.wait_seen("notifications/cancelled").await;
        assert_eq!(cancelled["params"]["requestId"], called["id"]);
    }
    let after = tool("echo", "{}").value(&server).await;
    assert_eq!(after["echo"], json!({}));
}

async fn check_list_changes(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    if let Any::Http(peer) = &peer {
        peer.wait_listener().await;
    }
    if kind == "modern stdio" {
        peer.wait_seen("subscriptions/listen").await;
    }
    rig.forget_changes();
    tool("change", "{}").value(&server).await;
    rig.wait_change(ChangeKind::Lists).await;
    let lists = server.lists();
    assert!(lists.tools.iter().any(|tool| tool.key == "added"));
}

async fn check_resource_updates(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    if let Any::Http(peer) = &peer {
        peer.wait_listener().await;
    }
    let uri = "test://watched";
    server.subscribe(uri).await.unwrap();
    server.subscribe(uri).await.unwrap();
    tool("touch", "{}").value(&server).await;
    rig.wait_change(ChangeKind::ResourceUpdated(uri.into()))
        .await;
    server.unsubscribe(uri).await.unwrap();
    rig.forget_changes();
    tool("touch", "{}").value(&server).await;
    rig.wait_change(ChangeKind::ResourceUpdated(uri.into()))
        .await;
    server.unsubscribe(uri).await.unwrap();
    if !kind.starts_with("modern") {
        peer.wait_seen("resources/unsubscribe").await;
    }
}

async fn check_errors(kind: &str) {
    let (peer, rig) = (start(kind).await, Rig::new());
    let server = rig.connect(peer.spec()).await;
    let error = tool("fail", "{}").send(&server).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (-32050, "no luck"));
    assert_eq!(
        error.raw.unwrap().as_str(),
        r#"{"message":"no luck","code":-32050,"data":{"n":1.0e2},"extra":1}"#
    );
    let key: Arc<dyn Upstream> = server;
    assert_eq!(key.key(), "x");
}
