//! Nobody agrees: the gateway is the client.

use keyway_testkit::authorization::{Endpoint, Misbehaviour};
use serde_json::{Value, json};

use super::world::{World, call, wait_listed};
use crate::support::wait::until;

fn itself() -> Value {
    json!({
        "kind": "oauth",
        "mode": "client_credentials",
        "clientId": "keyway",
        "clientSecret": "canary-client-secret",
    })
}

#[tokio::test]
async fn the_gateway_gets_tokens_for_itself_and_gets_others_when_they_end() {
    let world = World::start().await;
    let secret = Some("canary-client-secret");
    world
        .server
        .add_client("keyway", secret, "https://unused.example/");
    let made = world.add(itself()).await;
    assert_eq!(made["consent"]["state"], "connected", "{made}");
    assert!(!made.to_string().contains("canary"), "{made}");
    let ben = world.join("ben").await;
    wait_listed(&world.app, &ben.key).await;
    assert_eq!(ben.call(&world.app).await["result"]["seen"], 1);
    world.server.expire_tokens();
    let called = ben.call(&world.app).await;
    assert_eq!(called["result"]["seen"], 1, "{called}");
    let visits = world.server.visits_to(Endpoint::Token);
    let own = |visit: &&keyway_testkit::authorization::Visit| {
        visit.param("grant_type") == "client_credentials"
    };
    assert_eq!(visits.iter().filter(own).count(), 2);
    assert_eq!(visits.len(), 2, "nothing else is asked for");
    world.is_clean().await;
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_server_that_refuses_is_asked_again_when_an_administrator_says_so() {
    let world = World::start().await;
    let secret = Some("canary-client-secret");
    world
        .server
        .add_client("keyway", secret, "https://unused.example/");
    world.server.misbehave(Misbehaviour::TokenFails);
    let made = world.add(itself()).await;
    assert_eq!(made["consent"]["state"], "missing", "{made}");
    let refused = world.app.post("/v1/connectors/wiki/connect");
    let refused = refused.json(&json!({})).send().await;
    assert_eq!(refused.status(), 502, "{}", refused.text());
    world.server.behave();
    let connected = world.app.post("/v1/connectors/wiki/connect");
    let connected = connected.json(&json!({})).send().await.json();
    assert_eq!(
        connected["connector"]["consent"]["state"], "connected",
        "{connected}"
    );
    until("the tool to answer", || async {
        call(&world.app, &world.app.key, &json!({})).await["result"]["seen"] == 1
    })
    .await;
    world.app.running.stop().await;
}

#[tokio::test]
async fn a_client_without_its_secret_is_refused_at_its_fields() {
    let world = World::start().await;
    let auth = json!({ "kind": "oauth", "mode": "client_credentials" });
    let body = json!({ "name": "Wiki", "url": world.peer.url(), "auth": auth });
    let refused = world.app.post("/v1/connectors").json(&body).send().await;
    assert_eq!(refused.status(), 422, "{}", refused.text());
    for field in ["/auth/clientId", "/auth/clientSecret"] {
        assert!(refused.text().contains(field), "{}", refused.text());
    }
    world.app.running.stop().await;
}
