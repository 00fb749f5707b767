//! What people connected for themselves.

use http::Method;
use serde_json::{Value, json};

use super::world::{Person, World, link};
use crate::support::wait::until;

async fn mine(world: &World, person: &Person) -> Value {
    let ask = world.app.ask(Method::GET, "/v1/me/connections");
    let answer = ask.bearer(&person.key).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()["connections"].clone()
}

#[tokio::test]
async fn people_see_and_end_what_they_connected_and_nobody_elses() {
    let world = World::start().await;
    world
        .add(json!({ "kind": "oauth", "mode": "per_user" }))
        .await;
    let mut ben = world.join("ben").await;
    let eve = world.join("eve").await;
    let before = mine(&world, &ben).await;
    assert_eq!(before[0]["key"], "mcp:wiki", "{before}");
    assert_eq!(before[0]["connector"], "wiki");
    assert_eq!(before[0]["state"], "missing");
    let link = link(&ben.call(&world.app).await);
    ben.agree_at(&link).await;
    let after = mine(&world, &ben).await;
    assert_eq!(after[0]["state"], "connected", "{after}");
    assert_eq!(mine(&world, &eve).await[0]["state"], "missing");
    let consent = world.connector().await["consent"].clone();
    assert_eq!(consent["people"], 1, "{consent}");
    for secret in world.server.secrets() {
        assert!(!after.to_string().contains(&secret));
    }

    let path = "/v1/me/connections/mcp:wiki";
    let not_hers = world.app.ask(Method::DELETE, path).bearer(&eve.key);
    assert_eq!(not_hers.send().await.status(), 404);
    let ended = world.app.ask(Method::DELETE, path).bearer(&ben.key);
    assert_eq!(ended.send().await.status(), 204);
    until("the tokens to be taken back", || async {
        !world.server.has_grants()
    })
    .await;
    assert_eq!(mine(&world, &ben).await[0]["state"], "missing");
    let machine = world.machine().await;
    let machine = world
        .app
        .ask(Method::GET, "/v1/me/connections")
        .bearer(&machine);
    let machine = machine.send().await;
    assert_eq!(machine.status(), 409, "{}", machine.text());
    world.app.running.stop().await;
}
