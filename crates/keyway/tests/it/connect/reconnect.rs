use keyway_testkit::authorization::Options;
use keyway_testkit::peers::{HttpPeer, Script};
use serde_json::json;

use super::sign_in::last_error;
use super::trip::Trip;

fn with_tool(tool: &str) -> Script {
    Script {
        results: [(tool.to_owned(), r#"{"content":[]}"#.to_owned())].into(),
        ..Script::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_without_oauth_are_connected_to_without_a_browser() {
    let trip = Trip::new(Options::default()).await;
    let (docs, billing) = (
        HttpPeer::start(with_tool("search_docs")).await,
        HttpPeer::start(with_tool("refund")).await,
    );
    trip.configure(&json!({
        "docs": { "url": docs.url() },
        "billing": { "url": billing.url(), "auth": { "type": "api_key", "key": "k" } },
    }));
    let connect = |name: &str| trip.world.run(&["mcp", "connect", name, "--json"]);
    for (asked, server) in [
        ("docs", "docs"),
        ("billing", "billing"),
        ("search_docs", "docs"),
        ("refund", "billing"),
    ] {
        let result = connect(asked).ok().json();
        assert_eq!(result["name"], server);
        assert_eq!(result["state"], "connected");
        assert!(result.get("grant").is_none(), "{result}");
    }
    assert_eq!(trip.opened(), 0);

    let several = connect("echo");
    assert_eq!(several.code, 2, "{}", several.told());
    let error = last_error(&several.err);
    assert_eq!(error["code"], "ambiguous_tool");
    assert_eq!(error["details"], json!(["billing", "docs"]));
    assert!(error["hint"].as_str().unwrap().contains("name the server"));

    for (asked, near) in [("docz", "`docs`"), ("refun", "the tool `refund`")] {
        let unknown = connect(asked);
        assert_eq!(unknown.code, 2, "{}", unknown.told());
        let error = last_error(&unknown.err);
        assert_eq!(error["code"], "unknown_server");
        assert!(error["hint"].as_str().unwrap().contains(near), "{error}");
    }
    let never = connect("\u{1b}[2Jnothing-like-it");
    assert_eq!(never.code, 2);
    assert!(!never.err.contains('\u{1b}'), "{}", never.err);

    docs.stop().await;
    let gone = connect("docs");
    assert_eq!(gone.code, 1, "{}", gone.told());
    assert_eq!(last_error(&gone.err)["code"], "not_connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_connected_to_says_why() {
    let trip = Trip::new(Options::default()).await;
    trip.configure(&json!({
        "off": { "url": trip.peer.url(), "enabled": false },
        "bad": { "url": "ftp://example.com/" },
        "child": { "command": "/nonexistent/program" },
    }));
    for (name, exit, code) in [
        ("off", 2, "server_disabled"),
        ("bad", 2, "invalid_configuration"),
        ("child", 1, "not_connected"),
    ] {
        let refused = trip.world.run(&["mcp", "connect", name, "--json"]);
        assert_eq!(refused.code, exit, "{}", refused.told());
        assert_eq!(last_error(&refused.err)["code"], code);
    }
    let bad = trip.world.command(&["mcp", "connect", "tracker"]);
    let mut bad = bad;
    bad.env("KEYWAY_CALLBACK_URL", "https://canary.example/");
    let told = String::from_utf8(bad.output().unwrap().stderr).unwrap();
    assert!(told.contains("KEYWAY_CALLBACK_URL"), "{told}");
    assert!(!told.contains("canary"), "{told}");
}
