//! An administrator agrees once, for everybody.

use keyway_testkit::authorization::{Endpoint, Options};
use keyway_testkit::peers::Era;
use serde_json::json;

use super::world::{World, agree, link, tools, wait_listed};
use crate::support::wait::until;

#[tokio::test]
async fn an_administrator_agrees_once_and_everybody_can_call() {
    for era in [Era::Modern, Era::Legacy] {
        let mut world = World::with(era, Options::default()).await;
        let made = world
            .add(json!({ "kind": "oauth", "mode": "shared" }))
            .await;
        assert_eq!(made["consent"]["state"], "missing", "{made}");
        let ben = world.join("ben").await;
        assert!(tools(&world.app, &ben.key).await.is_empty());
        // Whoever calls before is told whom to ask, and where.
        let early = ben.call(&world.app).await;
        assert!(link(&early).ends_with("/connect/mcp:wiki"), "{early}");
        assert!(early.to_string().contains("credential_missing"), "{early}");

        let begun = world.app.post("/v1/connectors/wiki/connect");
        let begun = begun.json(&json!({})).send().await.json();
        let url = begun["connectUrl"].as_str().unwrap();
        assert!(url.ends_with("/connect/mcp:wiki"), "{begun}");
        let done = agree(&mut world.owner, "organization").await;
        assert_eq!(
            done.header("location"),
            "/connect/mcp:wiki?done=yes",
            "{}",
            done.text()
        );
        wait_listed(&world.app, &ben.key).await;
        let called = ben.call(&world.app).await;
        assert_eq!(called["result"]["seen"], 1, "{called}");
        let consent = &world.connector().await["consent"];
        assert_eq!(consent["state"], "connected", "{consent}");
        // The token ends and is renewed under way.
        world.server.expire_tokens();
        let called = ben.call(&world.app).await;
        assert_eq!(called["result"]["seen"], 1, "{called}");
        assert_eq!(world.server.refreshes(), 1);
        world.is_clean().await;
        world.app.running.stop().await;
    }
}

#[tokio::test]
async fn a_member_agrees_for_nobody_else() {
    let world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "shared" }))
        .await;
    let mut ben = world.join("ben").await;
    let page = ben.browser.get("/connect/mcp:wiki").await;
    assert!(
        page.text().contains("Only an administrator"),
        "{}",
        page.text()
    );
    let fields = [("keyway_place", "organization")];
    let refused = ben.browser.post("/connect/mcp:wiki", &fields).await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    assert!(world.server.visits_to(Endpoint::Authorize).is_empty());
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_grant_that_was_ended_at_its_server_says_where_it_is_connected_again() {
    let mut world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "shared" }))
        .await;
    let ben = world.join("ben").await;
    agree(&mut world.owner, "organization").await;
    wait_listed(&world.app, &ben.key).await;
    world.server.revoke_grants();
    until("the call to say so", || async {
        let answer = ben.call(&world.app).await.to_string();
        answer.contains("credential_needs_reconnecting") && answer.contains("/connect/mcp:wiki")
    })
    .await;
    let consent = &world.connector().await["consent"];
    assert_eq!(consent["state"], "needs_reconnecting", "{consent}");
    agree(&mut world.owner, "organization").await;
    wait_listed(&world.app, &ben.key).await;
    let called = ben.call(&world.app).await;
    assert_eq!(called["result"]["seen"], 1, "{called}");
    world.app.running.stop().await;
}
