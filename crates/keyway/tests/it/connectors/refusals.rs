use http::Method;
use keyway::{Action, Expose, McpServer};
use keyway_core::Role;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::{Value, json};

use super::world::{CANARY, ask, connect, gateway, machine, plain, problems, send};
use crate::support::app::TestApp;

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_repeats_nothing() {
    let app = gateway().await;
    let url = "https://mcp.acme.example/mcp";
    let header = |name: &str, value: &str| json!({ "kind": "headers", "headers": [{ "name": name, "value": value }] });
    let with = |member: &str, value: Value| {
        let mut body = plain("Acme", url);
        body[member] = value;
        body
    };
    for (body, pointer) in [
        (plain("", url), "/name"),
        (plain("🚀🚀", url), "/name"),
        (plain(&"canary".repeat(90), url), "/name"),
        (plain("a\u{0}b", url), "/name"),
        (plain("a\u{202e}b", url), "/name"),
        (plain("GitHub", url), "/name"),
        (plain("Acme", "canary.example"), "/url"),
        (plain("Acme", "ftp://canary.example"), "/url"),
        (plain("Acme", "unix:/run/canary.sock"), "/url"),
        (plain("Acme", "https://ada:canary@acme.example/"), "/url"),
        (plain("Acme", "https://acme.example/#canary"), "/url"),
        (plain("Acme", "https://acme.example/?token=canary"), "/url"),
        (plain("Acme", "http://10.0.0.1/canary"), "/url"),
        (plain("Acme", "http://169.254.169.254/canary"), "/url"),
        (plain("Acme", "http://[::1]:1/canary"), "/url"),
        (
            with("auth", header("X Bad", CANARY)),
            "/auth/headers/0/name",
        ),
        (
            with("auth", header("X\r\nEvil: 1", CANARY)),
            "/auth/headers/0/name",
        ),
        (with("auth", header("Host", CANARY)), "/auth/headers/0/name"),
        (
            with("auth", header("Mcp-Session-Id", CANARY)),
            "/auth/headers/0/name",
        ),
        (
            with("auth", header("X-Api-Key", "")),
            "/auth/headers/0/value",
        ),
        (
            with("auth", header("X-Api-Key", "canary\r\nEvil: 1")),
            "/auth/headers/0/value",
        ),
        (
            with("auth", header("X-Api-Key", "canary-ä")),
            "/auth/headers/0/value",
        ),
        (with("scope", json!("nobody")), "/scope"),
        (with("project", json!("absent")), "/project"),
        (with("roles", json!([])), "/roles"),
        (with("roles", json!(["king"])), "/roles"),
        (with("callTimeoutMs", json!(1)), "/callTimeoutMs"),
        (with("deny", json!(["x".repeat(200)])), "/deny"),
        (with("command", json!("rm")), ""),
        (with("transport", json!("stdio")), ""),
    ] {
        let refused = send(&app, Method::POST, "/v1/connectors", body.clone()).await;
        assert_eq!(problems(&refused), [pointer], "{body}");
        assert!(!refused.text().contains("canary"), "{}", refused.text());
    }
    let both = json!({ "name": "", "url": "x" });
    let refused = send(&app, Method::POST, "/v1/connectors", both).await;
    assert_eq!(problems(&refused), ["/name", "/url"]);
    let listed = app.get("/v1/connectors").send().await.json();
    assert_eq!(listed["connectors"], json!([]));
    app.running.stop().await;
}

#[tokio::test]
async fn a_key_is_one_of_a_kind_among_all_that_have_keys() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let act = Action::new("billing:refund", |_, _: Value| async {
        Ok::<_, keyway::Error>(1)
    });
    let app = TestApp::builder()
        .actions([act.expose(Expose::MCP)])
        .server(McpServer::http("docs", peer.url()))
        .config(|config| config.egress.allow = vec!["127.0.0.1".into()])
        .start()
        .await;
    connect(&app, plain("Acme", &peer.url())).await;
    for name in ["acme!", "DOCS", "Billing", "slack", "Linear", "New"] {
        let refused = send(
            &app,
            Method::POST,
            "/v1/connectors",
            plain(name, &peer.url()),
        )
        .await;
        assert_eq!(problems(&refused), ["/name"], "{name}");
    }
    app.running.stop().await;
}

#[tokio::test]
async fn of_two_administrators_the_second_is_told() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    connect(&app, plain("Acme", &peer.url())).await;
    let path = "/v1/connectors/acme";
    let change = |name: &str| {
        let ask = ask(&app, &app.key, Method::PATCH, path).header("if-match", "\"1\"");
        ask.json(&json!({ "name": name })).send()
    };
    let (one, other) = tokio::join!(change("Ada's"), change("Ben's"));
    let mut both = [one.status(), other.status()];
    both.sort_unstable();
    assert_eq!(both, [200, 409]);
    let late = if one.status() == 409 { one } else { other };
    assert_eq!(late.json()["code"], "connector_changed");
    let without = send(&app, Method::PATCH, path, json!({ "name": "x" })).await;
    assert_eq!(problems(&without), ["/revision"]);

    // Both connect a server of the same name at once.
    let make = || {
        send(
            &app,
            Method::POST,
            "/v1/connectors",
            plain("Twin", &peer.url()),
        )
    };
    let (one, other) = tokio::join!(make(), make());
    let mut both = [one.status(), other.status()];
    both.sort_unstable();
    assert_eq!(both, [201, 422]);
    app.running.stop().await;
}

#[tokio::test]
async fn members_and_others_manage_nothing() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    connect(&app, plain("Acme", &peer.url())).await;
    let use_cases = app.running.app();
    let member = machine(&app, &use_cases.local(), "bot", Role::Member).await;
    let stranger = crate::oauth::tenants::stranger(&app.running).await;
    for (method, path, body) in [
        (Method::GET, "/v1/connectors", None),
        (
            Method::POST,
            "/v1/connectors",
            Some(plain("x", "https://x.example/")),
        ),
        (Method::GET, "/v1/connectors/acme", None),
        (
            Method::PATCH,
            "/v1/connectors/acme",
            Some(json!({ "revision": 1, "name": "x" })),
        ),
        (Method::DELETE, "/v1/connectors/acme", None),
        (Method::POST, "/v1/connectors/acme/test", Some(json!({}))),
        (Method::POST, "/v1/connectors/acme/refresh", None),
        (
            Method::POST,
            "/v1/connectors/acme/rotate",
            Some(json!({ "value": "x" })),
        ),
        (
            Method::POST,
            "/v1/connectors/-/test",
            Some(plain("x", &peer.url())),
        ),
    ] {
        let asked = async |key: &str| {
            let ask = ask(&app, key, method.clone(), path);
            match &body {
                Some(body) => ask.json(body).send().await,
                None => ask.send().await,
            }
        };
        let refused = asked(&member).await;
        assert_eq!(refused.status(), 403, "{method} {path}: {}", refused.text());
        if path.contains("acme") {
            let refused = asked(&stranger).await;
            assert_eq!(refused.status(), 404, "{method} {path}: {}", refused.text());
        }
    }
    let theirs = ask(&app, &stranger, Method::GET, "/v1/connectors")
        .send()
        .await;
    assert_eq!(theirs.json()["connectors"], json!([]));
    app.running.stop().await;
}

#[tokio::test]
async fn attack_a_token_does_not_follow_the_address_to_another_host() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let elsewhere = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let headers = json!([{ "value": CANARY }]);
    let body = json!({
        "name": "Acme", "url": peer.url(), "auth": { "kind": "headers", "headers": headers }
    });
    connect(&app, body).await;
    let path = "/v1/connectors/acme";
    let moved = json!({ "revision": 1, "url": elsewhere.url() });
    let refused = send(&app, Method::PATCH, path, moved.clone()).await;
    assert_eq!(problems(&refused), ["/auth/headers/0/value"]);
    let refused = send(&app, Method::POST, "/v1/connectors/acme/test", moved).await;
    assert_eq!(problems(&refused), ["/auth/headers/0/value"]);
    assert!(elsewhere.seen("server/discover").is_empty());
    // Another path of the same host is no other place.
    let url = format!("{}?x=1", peer.url());
    let changed = send(
        &app,
        Method::PATCH,
        path,
        json!({ "revision": 1, "url": url }),
    )
    .await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    app.running.stop().await;
}
