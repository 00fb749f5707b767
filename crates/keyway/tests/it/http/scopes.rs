use http::Method;
use keyway_app::KeyRequest;
use serde_json::json;

use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::client::Ask;
use crate::support::mcp::{self, LEGACY, MODERN};

/// A key that is good for less than everything.
async fn narrow(app: &TestApp, scopes: &str) -> String {
    let request = KeyRequest {
        name: "narrow".into(),
        scopes: Some(scopes.parse().unwrap()),
        ..KeyRequest::default()
    };
    let use_cases = app.running.app();
    let issued = use_cases
        .api_keys()
        .issue(&use_cases.local(), request)
        .await;
    issued.unwrap().secret.expose().clone()
}

fn challenged(answer: &crate::support::client::Answer, app: &TestApp) {
    assert_eq!(answer.status(), 403, "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{challenge}");
    assert!(
        challenge.contains("error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(
        challenge.contains("scope=\"mcp:tools mcp:prompts\""),
        "{challenge}"
    );
    let metadata = format!(
        "http://{}/.well-known/oauth-protected-resource/",
        app.address()
    );
    assert!(
        challenge.contains(&format!("resource_metadata=\"{metadata}")),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_call_beyond_the_scopes_is_challenged_in_both_eras_and_by_plain_http() {
    let app = TestApp::with([say_back()]).await;
    let key = narrow(&app, "mcp:prompts").await;
    let arguments = json!({ "name": "say-back", "arguments": { "text": "x" } });
    let ask = || Ask::new(app.address(), Method::POST, "/mcp").bearer(&key);
    let modern = mcp::dress(ask(), "tools/call", arguments.clone())
        .send()
        .await;
    challenged(&modern, &app);
    assert_eq!(modern.json()["error"]["data"]["code"], "insufficient_scope");
    assert_eq!(modern.json()["id"], 1);
    assert_eq!(MODERN, "2026-07-28");

    let accept = "application/json, text/event-stream";
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
    let opened = ask().header("accept", accept).json(&hello).send().await;
    let session = opened.header("mcp-session-id").to_owned();
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": arguments });
    let legacy = ask()
        .header("accept", accept)
        .header("mcp-session-id", &session)
        .header("mcp-protocol-version", LEGACY)
        .json(&call)
        .send()
        .await;
    challenged(&legacy, &app);
    assert_eq!(legacy.json()["id"], 2);

    let plain = Ask::new(app.address(), Method::POST, "/v1/actions/say:back").bearer(&key);
    let plain = plain.json(&json!({ "text": "x" })).send().await;
    challenged(&plain, &app);
    assert_eq!(plain.json()["code"], "insufficient_scope");

    // What there is not is not there, whatever the scopes.
    let none = json!({ "name": "none", "arguments": {} });
    let none = mcp::dress(ask(), "tools/call", none).send().await;
    assert_eq!(none.status(), 200);
    assert!(!none.has("www-authenticate"));
    let listed = mcp::dress(ask(), "tools/list", json!({}))
        .send()
        .await
        .json();
    assert_eq!(listed["result"]["tools"], json!([]));
    let listed = Ask::new(app.address(), Method::GET, "/v1/actions").bearer(&key);
    assert_eq!(listed.send().await.json()["actions"], json!([]));
}

#[tokio::test]
async fn without_a_token_and_with_a_bad_one_it_is_said_where_to_begin() {
    let app = TestApp::with([]).await;
    for path in ["/mcp", "/v1/actions"] {
        let method = if path == "/mcp" {
            Method::POST
        } else {
            Method::GET
        };
        let missing = app.ask(method.clone(), path).send().await;
        let challenge = missing.header("www-authenticate").to_owned();
        assert_eq!(missing.status(), 401);
        assert!(
            challenge.contains("scope=\"mcp\"")
                && challenge.contains("resource_metadata=\"http://"),
            "{challenge}"
        );
        assert!(!challenge.contains("error="), "{challenge}");
        let bad = app.ask(method, path).bearer("kw_wrong").send().await;
        let challenge = bad.header("www-authenticate");
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(!challenge.contains("kw_wrong"), "{challenge}");
    }
}

#[tokio::test]
async fn answers_tell_how_the_asker_stands_with_its_limit() {
    let app = TestApp::builder()
        .config(|config| {
            config.rate_limits.principal.limit = 3;
            config.rate_limits.address.limit = 6;
        })
        .actions([say_back()])
        .start()
        .await;
    let listed = app.get("/v1/actions").send().await;
    assert_eq!(listed.status(), 200);
    assert_eq!(listed.header("ratelimit-policy"), "\"principal\";q=3;w=60");
    assert_eq!(listed.header("ratelimit"), "\"principal\";r=2;t=20");
    let arguments = json!({ "name": "say-back", "arguments": { "text": "x" } });
    let call = || mcp::modern(&app, "tools/call", arguments.clone()).send();
    let called = call().await;
    assert_eq!(
        called.header("ratelimit"),
        "\"principal\";r=1;t=40",
        "{}",
        called.text()
    );
    call().await;
    let over = call().await;
    assert_eq!(over.status(), 200);
    let result = &over.json()["result"];
    assert_eq!(result["isError"], true);
    assert!(
        result["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("retryAfterMs")
    );
    let refused = app.get("/v1/actions").send().await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.json()["code"], "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(refused.header("ratelimit-policy"), "\"principal\";q=3;w=60");
    app.ask(Method::GET, "/v1/actions").send().await;
    let address = app.ask(Method::GET, "/v1/actions").send().await;
    assert_eq!(address.status(), 429);
    assert_eq!(address.header("ratelimit-policy"), "\"address\";q=6;w=60");
    let door = mcp::modern(&app, "tools/list", json!({})).send().await;
    assert_eq!(door.status(), 429);
    assert_eq!(door.json()["error"]["data"]["code"], "rate_limited");
    // A load balancer is answered all the same.
    assert_eq!(app.ask(Method::GET, "/healthz").send().await.status(), 200);
}
