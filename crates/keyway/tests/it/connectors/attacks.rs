use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, KeyedPeer, RawPeer, Script};
use serde_json::json;

use super::world::{CANARY, connect, gateway, plain, problems, send, state};
use crate::support::app::TestApp;
use crate::support::wait::until;

#[tokio::test]
async fn attack_a_redirect_elsewhere_gets_neither_token_nor_request() {
    let elsewhere = KeyedPeer::start([(CANARY, Script::new(Era::Modern))]).await;
    let app = gateway().await;
    for (index, status) in [
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ]
    .into_iter()
    .enumerate()
    {
        let head = format!(
            "HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            elsewhere.url()
        );
        let peer = RawPeer::start(head.leak().as_bytes(), None).await;
        let headers = json!([{ "scheme": "Bearer", "value": CANARY }]);
        let body = json!({
            "name": format!("Moved {index}"),
            "url": peer.url(),
            "auth": { "kind": "headers", "headers": headers }
        });
        let tried = send(&app, Method::POST, "/v1/connectors/-/test", body.clone()).await;
        assert_eq!(tried.json()["code"], "redirected", "{}", tried.text());
        connect(&app, body).await;
        until("it to be tried", || async {
            state(&app, &format!("moved-{index}")).await == "disconnected"
        })
        .await;
    }
    assert_eq!(elsewhere.strangers(), []);
    assert!(elsewhere.seen(CANARY, "server/discover").is_empty());
    app.running.stop().await;
}

#[tokio::test]
async fn attack_what_the_operator_does_not_allow_is_not_reached() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = TestApp::with([]).await;
    let port = peer.address().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "[fd00::1]",
        "[fe80::1]",
    ] {
        let body = plain("Inside", &format!("http://{host}:{port}/mcp"));
        for path in ["/v1/connectors", "/v1/connectors/-/test"] {
            let refused = send(&app, Method::POST, path, body.clone()).await;
            assert_eq!(problems(&refused), ["/url"], "{host}");
            assert!(
                refused.text().contains("egress.allow"),
                "{}",
                refused.text()
            );
        }
    }
    assert!(peer.seen("server/discover").is_empty());
    app.running.stop().await;
}

#[tokio::test]
async fn attack_an_echoed_token_is_not_told() {
    let app = gateway().await;
    let answer = format!(
        r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32022,"message":"no: {CANARY}","data":{{"supported":["2030-01-01"]}}}}}}"#
    );
    let head = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let peer = RawPeer::start(head.leak().as_bytes(), None).await;
    let headers = json!([{ "value": CANARY }]);
    let body = json!({
        "name": "Echo", "url": peer.url(), "auth": { "kind": "headers", "headers": headers }
    });
    let tried = send(&app, Method::POST, "/v1/connectors/-/test", body.clone()).await;
    assert_eq!(tried.json()["outcome"], "failed", "{}", tried.text());
    connect(&app, body).await;
    until("it to be tried", || async {
        state(&app, "echo").await == "disconnected"
    })
    .await;
    let shown = app.get("/v1/connectors/echo").send().await;
    let servers = app.get("/v1/mcp-servers").send().await;
    for text in [tried.text(), shown.text(), servers.text()] {
        assert!(!text.contains(CANARY), "{text}");
    }
    app.running.stop().await;
}
