use std::time::Duration;

use http_body_util::BodyExt as _;
use keyway::{Action, Expose};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::actions::{Nothing, Said, say_back, waiting};
use crate::support::app::TestApp;
use crate::support::mcp;
use crate::support::wait::{soon, until};

#[tokio::test]
async fn a_revoked_key_loses_its_open_stream() {
    let app = TestApp::with([]).await;
    let session = mcp::initialize(&app).await;
    let response = mcp::stream(&app, &session).open().await;
    assert_eq!(response.status(), 200);
    let who = app.running.app().authenticate(&app.key).await.unwrap();
    let keyway_core::Subject::ApiKey { key, .. } = who.subject() else {
        panic!("an API key came in");
    };
    let keys = app.running.app().api_keys();
    keys.revoke(&app.running.app().local(), key).await.unwrap();
    let closed = soon("the stream to close", response.into_body().collect()).await;
    drop(closed);
    assert_eq!(mcp::stream(&app, &session).send().await.status(), 401);
}

#[tokio::test]
async fn a_call_ends_when_its_client_goes_away() {
    let (dropped, seen) = (std::sync::Arc::new(tokio::sync::Notify::new()), ());
    let () = seen;
    let tell = std::sync::Arc::clone(&dropped);
    let begun = std::sync::Arc::new(tokio::sync::Notify::new());
    let start = std::sync::Arc::clone(&begun);
    let action = Action::new("hang", move |context, _: Nothing| {
        let (tell, start) = (std::sync::Arc::clone(&tell), std::sync::Arc::clone(&start));
        let cancelled = context.cancellation().clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "outlives the call, to see it end"
        )]
        tokio::spawn(async move {
            start.notify_one();
            cancelled.cancelled().await;
            tell.notify_one();
        });
        async { std::future::pending::<Result<Said, _>>().await }
    })
    .timeout(Duration::ZERO)
    .expose(Expose::HTTP | Expose::MCP);
    let app = TestApp::with([action]).await;
    for path in ["/v1/actions/hang", "/mcp"] {
        let ask = match path {
            "/mcp" => mcp::modern(
                &app,
                "tools/call",
                json!({ "name": "hang", "arguments": {} }),
            ),
            _ => app.post(path),
        };
        #[expect(clippy::disallowed_methods, reason = "a client that is going to leave")]
        let client = tokio::spawn(ask.send());
        soon("the call to begin", begun.notified()).await;
        client.abort();
        soon("the call to be cancelled", dropped.notified()).await;
    }
}

/// A stream nobody reads is given up; the session and everybody else go on meanwhile.
#[tokio::test]
async fn an_unread_socket_loses_its_stream_and_blocks_nobody() {
    let flood = Action::new("flood", |context: keyway::Context, _: Nothing| async move {
        let line = "x".repeat(4096);
        for _ in 0..2_000 {
            context.log(keyway_core::ports::LogLevel::Info, None, &line);
        }
        Ok(Said {
            text: "flooded".into(),
        })
    })
    .expose(Expose::MCP);
    let app = TestApp::with([flood, say_back()]).await;
    let session = mcp::initialize(&app).await;
    let level = json!({ "jsonrpc": "2.0", "id": 2, "method": "logging/setLevel", "params": { "level": "debug" } });
    assert_eq!(
        mcp::legacy(&app, &session, &level).send().await.status(),
        200
    );

    let mut unread = TcpStream::connect(app.address()).await.unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": "flood", "arguments": {} } }).to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\naccept: application/json, text/event-stream\r\n\
         content-type: application/json\r\nmcp-session-id: {session}\r\nmcp-protocol-version: 2025-11-25\r\n\
         content-length: {}\r\n\r\n{body}",
        app.address(),
        app.key,
        body.len()
    );
    unread.write_all(request.as_bytes()).await.unwrap();

    for _ in 0..20 {
        let call = json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "say-back", "arguments": { "text": "on" } } });
        let answer = mcp::legacy(&app, &session, &call).send().await;
        assert_eq!(answer.status(), 200);
        assert!(answer.text().contains("on"));
    }
    until("the stream to be given up", || async {
        let metrics = app.get("/metrics").send().await;
        metrics
            .text()
            .lines()
            .any(|line| line == "keyway_mcp_streams 0")
    })
    .await;
}

#[tokio::test]
async fn a_drain_answers_calls_in_flight_and_ends_standing_streams() {
    let (action, begun, go) = waiting();
    let app = std::sync::Arc::new(TestApp::with([action]).await);
    let session = mcp::initialize(&app).await;
    let standing = mcp::stream(&app, &session).open().await;
    let call = mcp::modern(
        &app,
        "tools/call",
        json!({ "name": "wait", "arguments": {} }),
    );
    #[expect(clippy::disallowed_methods, reason = "a client beside the test")]
    let call = tokio::spawn(call.send());
    soon("the call to begin", begun.notified()).await;
    let stopping = std::sync::Arc::clone(&app);
    #[expect(clippy::disallowed_methods, reason = "the stop runs beside the call")]
    let stopped = tokio::spawn(async move { stopping.running.stop().await });
    drop(soon("the standing stream to end", standing.into_body().collect()).await);
    until("the port to be closed", || async {
        TcpStream::connect(app.address()).await.is_err()
    })
    .await;
    assert!(!stopped.is_finished());
    go.notify_one();
    let answer = soon("the call's answer", call).await.unwrap();
    assert!(answer.text().contains("waited"), "{}", answer.text());
    soon("the stop", stopped).await.unwrap();
}
