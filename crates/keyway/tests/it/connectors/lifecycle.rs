use http::Method;
use keyway_core::Role;
use keyway_testkit::peers::{Era, HttpPeer, KeyedPeer, Script};
use serde_json::json;

use super::world::{
    CANARY, ask, call, connect, gateway, machine, plain, send, state, tools, until_listed,
};
use crate::support::mcp::dress;
use crate::support::socket::Events;
use crate::support::wait::until;

#[tokio::test]
async fn a_connected_server_is_there_for_everybody_at_once_and_goes_when_it_is_removed() {
    for era in [Era::Modern, Era::Legacy] {
        let peer = KeyedPeer::start([(CANARY, Script::new(era))]).await;
        let app = gateway().await;
        let member = machine(&app, &app.running.app().local(), "bot", Role::Member).await;
        let listening = json!({ "notifications": { "toolsListChanged": true } });
        let listening = dress(
            ask(&app, &member, Method::POST, "/mcp"),
            "subscriptions/listen",
            listening,
        );
        let mut events = Events::open(listening).await;
        assert_eq!(
            events.json().await["method"],
            "notifications/subscriptions/acknowledged"
        );

        let made = connect(
            &app,
            json!({
                "name": " Acme  MCP ",
                "url": peer.url(),
                "auth": { "kind": "headers", "headers": [{ "scheme": "Bearer", "value": CANARY }] }
            }),
        )
        .await;
        assert_eq!(
            (&made["slug"], &made["revision"]),
            (&json!("acme-mcp"), &json!(1))
        );
        assert_eq!(
            made["auth"],
            json!({ "kind": "headers", "headers": [{ "name": "Authorization", "scheme": "Bearer" }] })
        );
        assert_eq!(
            events.json().await["method"],
            "notifications/tools/list_changed"
        );
        until_listed(&app, &member, "mcp__acme-mcp__echo", true).await;
        let answer = call(&app, &member, "mcp__acme-mcp__echo").await;
        assert_eq!(answer["result"]["echo"], json!({}), "{answer}");
        assert_eq!(state(&app, "acme-mcp").await, "connected");
        let asked = peer.seen(CANARY, "tools/call");
        assert_eq!(
            asked[0].headers["authorization"],
            format!("Bearer {CANARY}")
        );

        let path = format!("/v1/connectors/{}", made["id"].as_str().unwrap());
        let gone = ask(&app, &app.key, Method::DELETE, &path).send().await;
        assert_eq!(gone.status(), 204);
        assert_eq!(
            events.json().await["method"],
            "notifications/tools/list_changed"
        );
        until_listed(&app, &member, "mcp__acme-mcp__echo", false).await;
        let refused = call(&app, &member, "mcp__acme-mcp__echo").await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
        let again = ask(&app, &app.key, Method::GET, &path).send().await;
        assert_eq!(again.json()["code"], "connector_not_found");
        peer.wait_alone(CANARY).await;
        assert_eq!(peer.strangers(), []);

        // What happened is told, and what was secret is nowhere.
        let audit = app.get("/v1/audit").send().await;
        for kind in ["connector_made", "connector_removed"] {
            assert!(audit.text().contains(kind), "{}", audit.text());
        }
        let shown = app.get("/v1/connectors").send().await;
        for text in [audit.text(), shown.text(), &made.to_string()] {
            assert!(!text.contains(CANARY), "{text}");
        }
        // Its key is free again.
        connect(&app, plain("acme mcp", &peer.url())).await;
        app.running.stop().await;
    }
}

#[tokio::test]
async fn a_header_without_a_scheme_goes_out_as_it_is_beside_others() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    let headers = json!([
        { "value": format!("  {CANARY} ") },
        { "name": "X-Api-Key", "value": "second-secret-value" },
        { "name": "X-Tenant", "scheme": "T", "value": "7" }
    ]);
    let body = json!({
        "name": "Raw", "url": peer.url(), "auth": { "kind": "headers", "headers": headers }
    });
    connect(&app, body).await;
    until_listed(&app, &app.key, "mcp__raw__echo", true).await;
    let seen = peer.wait_seen("server/discover").await;
    assert_eq!(seen.headers["authorization"], CANARY);
    assert_eq!(seen.headers["x-api-key"], "second-secret-value");
    assert_eq!(seen.headers["x-tenant"], "T 7");
    app.running.stop().await;
}

#[tokio::test]
async fn what_changes_is_taken_over_and_what_does_not_keeps_its_connection() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let other = HttpPeer::start(Script::new(Era::Modern)).await;
    let app = gateway().await;
    connect(&app, plain("One", &peer.url())).await;
    until_listed(&app, &app.key, "mcp__one__echo", true).await;
    let greeted = peer.seen("server/discover").len();

    // A label is nothing to connect anew for, and the key stays.
    let path = "/v1/connectors/one";
    let named = send(
        &app,
        Method::PATCH,
        path,
        json!({ "revision": 1, "name": "🚀" }),
    )
    .await;
    assert_eq!(named.json()["slug"], "one", "{}", named.text());
    assert_eq!(named.header("etag"), "\"2\"");
    assert_eq!(peer.seen("server/discover").len(), greeted);

    let filtered = json!({ "revision": 2, "allow": ["echo", "fail"], "deny": ["fail"] });
    send(&app, Method::PATCH, path, filtered).await;
    until_listed(&app, &app.key, "mcp__one__progress", false).await;
    until_listed(&app, &app.key, "mcp__one__echo", true).await;
    assert!(
        !tools(&app, &app.key, None)
            .await
            .contains(&"mcp__one__fail".to_owned())
    );
    let refused = call(&app, &app.key, "mcp__one__fail").await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");

    let all = json!({ "revision": 3, "allow": null, "deny": [], "url": other.url() });
    let changed = send(&app, Method::PATCH, path, all).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    until_listed(&app, &app.key, "mcp__one__progress", true).await;
    assert!(!other.seen("server/discover").is_empty());

    let off = json!({ "revision": 4, "enabled": false });
    assert_eq!(send(&app, Method::PATCH, path, off).await.status(), 200);
    until_listed(&app, &app.key, "mcp__one__echo", false).await;
    assert_eq!(state(&app, "one").await, "configured");
    let on = json!({ "revision": 5, "enabled": true });
    assert_eq!(send(&app, Method::PATCH, path, on).await.status(), 200);
    until_listed(&app, &app.key, "mcp__one__echo", true).await;

    let greeted = other.seen("server/discover").len();
    let anew = ask(&app, &app.key, Method::POST, "/v1/connectors/one/refresh");
    assert_eq!(anew.send().await.status(), 200);
    until("a new connection", || async {
        other.seen("server/discover").len() > greeted
    })
    .await;
    app.running.stop().await;
}

#[tokio::test]
async fn a_new_token_is_used_from_the_next_request_on() {
    let tokens = [
        (CANARY, Script::new(Era::Modern)),
        ("second-token", Script::new(Era::Legacy)),
    ];
    let peer = KeyedPeer::start(tokens).await;
    let app = gateway().await;
    let headers = json!([{ "scheme": "Bearer", "value": CANARY }]);
    let body = json!({
        "name": "Keyed", "url": peer.url(), "auth": { "kind": "headers", "headers": headers }
    });
    connect(&app, body).await;
    until_listed(&app, &app.key, "mcp__keyed__echo", true).await;
    let rotate = "/v1/connectors/keyed/rotate";
    let rotated = send(
        &app,
        Method::POST,
        rotate,
        json!({ "value": "second-token" }),
    )
    .await;
    assert_eq!(rotated.json()["revision"], 2, "{}", rotated.text());
    until("the new token", || async {
        !peer.seen("second-token", "tools/list").is_empty()
    })
    .await;
    until("a call", || async {
        call(&app, &app.key, "mcp__keyed__echo").await["result"].is_object()
    })
    .await;
    assert!(peer.seen(CANARY, "tools/call").is_empty());
    for (body, pointer) in [
        (json!({ "value": " " }), "/value"),
        (json!({ "value": "a\nb" }), "/value"),
        (json!({ "value": "x", "header": "X-Other" }), "/header"),
    ] {
        let refused = send(&app, Method::POST, rotate, body).await;
        assert_eq!(super::world::problems(&refused), [pointer]);
    }
    app.running.stop().await;
}

#[tokio::test]
async fn a_call_in_flight_of_a_removed_connector_is_told_so() {
    for era in [Era::Modern, Era::Legacy] {
        let peer = HttpPeer::start(Script::new(era)).await;
        let app = gateway().await;
        connect(&app, plain("Slow", &peer.url())).await;
        until_listed(&app, &app.key, "mcp__slow__hang", true).await;
        let remove = async {
            peer.wait_seen("tools/call").await;
            let path = "/v1/connectors/slow";
            ask(&app, &app.key, Method::DELETE, path)
                .send()
                .await
                .status()
        };
        let (answer, removed) = tokio::join!(call(&app, &app.key, "mcp__slow__hang"), remove);
        assert_eq!(removed, 204);
        assert_eq!(
            answer["error"]["data"]["code"], "upstream_removed",
            "{answer}"
        );
        let audit = app.get("/v1/audit").send().await;
        assert!(audit.text().contains("mcp__slow__hang"), "{}", audit.text());
        app.running.stop().await;
    }
}
