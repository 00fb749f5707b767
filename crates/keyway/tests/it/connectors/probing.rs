use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, KeyedPeer, RawPeer, Script, SsePeer};
use serde_json::{Value, json};

use super::world::{CANARY, connect, gateway, plain, send, tools};
use crate::support::app::TestApp;

async fn probe(app: &TestApp, body: Value) -> Value {
    let answer = send(app, Method::POST, "/v1/connectors/-/test", body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert!(!answer.text().contains(CANARY), "{}", answer.text());
    answer.json()
}

fn keyed(url: &str, value: &str) -> Value {
    let headers = json!([{ "scheme": "Bearer", "value": value }]);
    json!({ "name": "Tried", "url": url, "auth": { "kind": "headers", "headers": headers } })
}

#[tokio::test]
async fn a_server_says_what_it_is_before_anything_is_saved() {
    let app = gateway().await;
    let modern = HttpPeer::start(Script {
        extra_tools: 5_000,
        page: 500,
        ..Script::new(Era::Modern)
    })
    .await;
    let found = probe(&app, plain("Tried", &modern.url())).await;
    assert_eq!(found["outcome"], "good", "{found}");
    assert_eq!(
        (&found["era"], &found["protocol"]),
        (&json!("modern"), &json!("2026-07-28"))
    );
    assert!(found["tools"].as_u64().unwrap() > 5_000, "{found}");
    assert_eq!(found["toolNames"].as_array().unwrap().len(), 100);

    let legacy = HttpPeer::start(Script::new(Era::Legacy)).await;
    let found = probe(&app, plain("Tried", &legacy.url())).await;
    assert_eq!(
        (&found["era"], &found["serverName"]),
        (&json!("legacy"), &json!("peer"))
    );
    assert_eq!(found["serverVersion"], "1");

    let sse = SsePeer::start(Script::new(Era::Legacy)).await;
    let found = probe(&app, plain("Tried", &sse.url())).await;
    assert_eq!(
        (&found["outcome"], &found["transport"]),
        (&json!("good"), &json!("sse"))
    );

    let guarded = KeyedPeer::start([(CANARY, Script::new(Era::Modern))]).await;
    let found = probe(&app, keyed(&guarded.url(), CANARY)).await;
    assert_eq!(found["outcome"], "good", "{found}");
    assert_eq!(
        app.get("/v1/connectors").send().await.json()["connectors"],
        json!([])
    );
    assert!(
        !tools(&app, &app.key, None)
            .await
            .iter()
            .any(|name| name.starts_with("mcp__"))
    );
    app.running.stop().await;
}

#[tokio::test]
async fn what_keeps_a_server_from_being_used_is_told_apart() {
    let app = gateway().await;
    let html = RawPeer::start(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>",
        None,
    )
    .await;
    let oauth = RawPeer::start(
        b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer resource_metadata=\"x\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        None,
    )
    .await;
    let basic = RawPeer::start(
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        None,
    )
    .await;
    let guarded = KeyedPeer::start([("another-token", Script::new(Era::Modern))]).await;
    let gone = {
        let peer = HttpPeer::start(Script::new(Era::Modern)).await;
        let url = peer.url();
        peer.stop().await;
        url
    };
    for (body, code) in [
        (plain("Tried", &html.url()), "not_mcp"),
        (plain("Tried", &oauth.url()), "wants_oauth"),
        (plain("Tried", &basic.url()), "wants_credentials"),
        (keyed(&guarded.url(), CANARY), "refused_credentials"),
        (plain("Tried", &gone), "unreachable"),
    ] {
        let found = probe(&app, body).await;
        assert_eq!(
            (&found["outcome"], &found["code"]),
            (&json!("failed"), &json!(code)),
            "{found}"
        );
        assert!(!found["hint"].as_str().unwrap().is_empty());
    }
    let silent = RawPeer::silent().await;
    let mut body = plain("Tried", &silent.url());
    body["connectTimeoutMs"] = json!(300);
    assert_eq!(probe(&app, body).await["code"], "timeout");

    // It is saved all the same, and says why it is not connected.
    connect(&app, plain("Page", &html.url())).await;
    let tried = send(&app, Method::POST, "/v1/connectors/page/test", json!({}))
        .await
        .json();
    assert_eq!(tried["code"], "not_mcp", "{tried}");
    app.running.stop().await;
}

#[tokio::test]
async fn a_server_without_tools_is_good_and_says_so() {
    let app = gateway().await;
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{}}}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let peer = RawPeer::start(head.leak().as_bytes(), None).await;
    let found = probe(&app, plain("Tried", &peer.url())).await;
    assert_eq!(
        (&found["outcome"], &found["tools"]),
        (&json!("good"), &json!(0)),
        "{found}"
    );
    assert_eq!(found["warnings"], json!(["it has no tools"]));
    app.running.stop().await;
}
