use keyway::McpServer;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::world::{ADAS, BENS, peer};
use crate::support::actions::Acme;
use crate::support::app::TestApp;
use crate::support::mcp;
use crate::support::wait::until;

/// What the key of the first start calls a tool with, and gets.
async fn call(app: &TestApp, chosen: Option<&str>, tool: &str) -> serde_json::Value {
    let mut params = json!({ "name": tool, "arguments": {} });
    let ask = mcp::modern(app, "tools/call", params.clone());
    let Some(chosen) = chosen else {
        return ask.send().await.json();
    };
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": mcp::MODERN,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
        "keyway/credentials": { "acme": chosen }
    });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    ask.json(&body).send().await.json()
}

#[tokio::test]
async fn an_organizations_credential_is_one_connection_and_a_call_may_choose_another() {
    let peer = peer(Era::Modern).await;
    let server = McpServer::http("internal", peer.url()).bearer(|acme: Acme| acme.api_key);
    let app = TestApp::builder().server(server).start().await;
    for (name, key) in [("live", ADAS), ("sandbox", BENS)] {
        let body = json!({ "key": "acme", "scope": "organization", "name": name, "fields": { "apiKey": key } });
        let made = app.post("/v1/credentials").json(&body).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
    }
    let default = call(&app, None, "mcp__internal__of-ada").await;
    assert_eq!(default["result"]["of-ada"], 1, "{default}");
    let chosen = call(&app, Some("sandbox"), "mcp__internal__of-ben").await;
    assert_eq!(chosen["result"]["of-ben"], 1, "{chosen}");
    let absent = call(&app, Some("absent"), "mcp__internal__of-ben").await;
    assert_eq!(absent["result"]["isError"], true, "{absent}");
    assert!(
        absent.to_string().contains("credential_not_found"),
        "{absent}"
    );
    // The choice of one call is not what is listed.
    let listed = mcp::modern(&app, "tools/list", json!({})).send().await;
    let listed = listed.text().to_owned();
    assert!(
        listed.contains("of-ada") && !listed.contains("of-ben"),
        "{listed}"
    );
    assert_eq!(peer.seen(ADAS, "server/discover").len(), 1);
    assert_eq!(peer.seen(BENS, "server/discover").len(), 1);
    app.running.stop().await;
}

#[tokio::test]
async fn a_server_without_credentials_is_everybodys() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let server = McpServer::http("deepwiki", peer.url());
    let app = TestApp::builder().server(server).start().await;
    until("its tools", || async {
        let listed = mcp::modern(&app, "tools/list", json!({})).send().await;
        listed.text().contains("mcp__deepwiki__echo")
    })
    .await;
    let answer = call(&app, None, "mcp__deepwiki__echo").await;
    assert_eq!(answer["result"]["echo"], json!({}), "{answer}");
    app.running.stop().await;
}
