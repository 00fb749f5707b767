use keyway::McpServer;
use keyway_testkit::peers::{Era, KeyedPeer, RawPeer, Script};
use serde_json::json;

use super::world::{ADAS, BENS, Person, gateway, peer};
use crate::support::actions::Acme;
use crate::support::app::TestApp;
use crate::support::socket::Events;
use crate::support::wait::{soon, until};

#[tokio::test]
async fn attack_a_revoked_credential_stops_at_once() {
    let peer = peer(Era::Modern).await;
    let app = gateway(&peer.url()).await;
    let ada = Person::join(&app, "ada").await;
    let id = ada.connect(ADAS).await;
    ada.wait_tool("mcp__internal__of-ada").await;
    peer.wait_listener(ADAS).await;
    let wanted = json!({ "toolsListChanged": true });
    let mut told = Events::open(ada.listening(&wanted)).await;
    told.json().await;
    let hanging = ada.call("mcp__internal__hang", json!({}));
    let revoking = async {
        until("the call to be there", || async {
            !peer.seen(ADAS, "tools/call").is_empty()
        })
        .await;
        ada.revoke(&id).await;
        let refused = ada.call("mcp__internal__of-ada", json!({})).await;
        let text = refused["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(text.contains("/connect/acme"), "{refused}");
    };
    let both = soon("both calls", async { tokio::join!(hanging, revoking) });
    let (ended, ()) = Box::pin(both).await;
    assert!(
        ended.get("error").is_some(),
        "what ran over it ends: {ended}"
    );
    assert_eq!(
        told.json().await["method"],
        "notifications/tools/list_changed"
    );
    assert_eq!(ada.tools().await, Vec::<String>::new());
    peer.wait_alone(ADAS).await;
    assert_eq!(peer.seen(ADAS, "tools/call").len(), 1);
    app.running.stop().await;
}

#[tokio::test]
async fn a_credential_that_was_set_again_is_used_from_then_on() {
    let peer = peer(Era::Modern).await;
    let app = gateway(&peer.url()).await;
    let ada = Person::join(&app, "ada").await;
    ada.connect(ADAS).await;
    ada.wait_tool("mcp__internal__of-ada").await;
    peer.wait_listener(ADAS).await;
    ada.connect(BENS).await;
    ada.wait_tool("mcp__internal__of-ben").await;
    let tools = ada.tools().await;
    assert!(
        !tools.contains(&"mcp__internal__of-ada".to_owned()),
        "{tools:?}"
    );
    peer.wait_alone(ADAS).await;
    app.running.stop().await;
}

#[tokio::test]
async fn attack_a_redirect_elsewhere_gets_nothing() {
    let elsewhere = KeyedPeer::start([(ADAS, Script::new(Era::Modern))]).await;
    for status in [
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let head = format!(
            "HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            elsewhere.url()
        );
        let peer = RawPeer::start(head.leak().as_bytes(), None).await;
        let app = gateway(&peer.url()).await;
        let ada = Person::join(&app, "ada").await;
        ada.connect(ADAS).await;
        assert_eq!(ada.tools().await, Vec::<String>::new());
        until("the server to be tried", || async {
            let standing = app
                .ask(http::Method::GET, "/v1/mcp-servers")
                .bearer(&ada.key);
            standing.send().await.json()["servers"][0]["state"] == "disconnected"
        })
        .await;
        assert!(peer.requests() > 0);
        app.running.stop().await;
    }
    assert_eq!(
        elsewhere.strangers(),
        [],
        "nothing came, with or without the key"
    );
    assert_eq!(elsewhere.seen(ADAS, "server/discover").len(), 0);
}

#[tokio::test]
async fn a_value_that_no_header_can_carry_is_told_and_not_sent() {
    let peer = peer(Era::Modern).await;
    let server = McpServer::http("internal", peer.url()).bearer(|acme: Acme| acme.api_key);
    let app = TestApp::builder().server(server).start().await;
    let body = json!({
        "key": "acme", "scope": "organization", "name": "own",
        "fields": { "apiKey": "canary\r\nx-admin: yes" }
    });
    let made = app.post("/v1/credentials").json(&body).send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let call = json!({ "name": "mcp__internal__echo", "arguments": {} });
    let answer = crate::support::mcp::modern(&app, "tools/call", call)
        .send()
        .await;
    let answer = answer.json();
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(
        answer.to_string().contains("header_value_invalid"),
        "{answer}"
    );
    assert!(!answer.to_string().contains("canary"), "{answer}");
    let standing = app.get("/v1/mcp-servers").send().await;
    assert!(!standing.text().contains("canary"), "{}", standing.text());
    assert_eq!(peer.strangers(), []);
    app.running.stop().await;
}
