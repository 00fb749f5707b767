use keyway_mcp::endpoint::{List, Notice, Settings};
use serde_json::{Value, json};

use super::world::{until, world, world_with};

#[tokio::test]
async fn the_standing_stream_tells_of_changes() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let subscribe = json!({
        "jsonrpc": "2.0", "id": 1, "method": "resources/subscribe", "params": { "uri": "test://a" },
    });
    for _ in 0..2 {
        let answer = world.say(&session, subscribe.clone()).await.value().await;
        assert_eq!(answer["result"], json!({}));
    }
    assert_eq!(world.backend.watched("test://a"), 1);

    let mut standing = world.listen_to(&session, None).await;
    assert!(standing.is_stream());
    assert_eq!(
        world.listen_to(&session, None).await.brief().await,
        (409, Some(-32600))
    );
    let (id, prime) = standing.body.event().await.unwrap();
    assert_eq!((id.as_deref(), prime), (Some("0-0"), Value::Null));
    let tell = |notice| world.backend.notices.send(notice).unwrap();
    tell(Notice::ListChanged(List::Templates));
    tell(Notice::ResourceUpdated("test://other".into()));
    tell(Notice::ResourceUpdated("test://a".into()));
    let changed = standing.body.message().await;
    assert_eq!(changed["method"], "notifications/resources/list_changed");
    let (id, updated) = standing.body.event().await.unwrap();
    assert_eq!(updated["params"]["uri"], "test://a");

    // The connection breaks; what happens meanwhile is told to the one that comes back.
    drop(standing);
    tell(Notice::ListChanged(List::Tools));
    let mut standing = world.listen_to(&session, id.as_deref()).await;
    let changed = standing.body.message().await;
    assert_eq!(changed["method"], "notifications/tools/list_changed");

    // One that comes back takes the stream over from a connection that only looks alive.
    let mut newer = world.listen_to(&session, Some("0-0")).await;
    assert!(standing.body.event().await.is_none());
    let methods = [newer.body.message().await, newer.body.message().await];
    assert_eq!(methods[0]["method"], "notifications/resources/list_changed");
    assert_eq!(methods[1]["method"], "notifications/resources/updated");

    let unsubscribe = json!({
        "jsonrpc": "2.0", "id": 1, "method": "resources/unsubscribe", "params": { "uri": "test://a" },
    });
    world.say(&session, unsubscribe).await;
    assert_eq!(world.backend.watched("test://a"), 0);
    world.say(&session, subscribe).await;
    drop(newer);
    end(&world, &session).await;
    until(|| world.backend.watched("test://a") == 0).await;
    world.quiet(0).await;
}

async fn end(world: &super::world::World, session: &str) {
    let named = [("mcp-session-id", session)];
    let who = super::world::someone(1);
    let answer = world.send(&who, http::Method::DELETE, &named, "").await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn a_call_survives_its_connection() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut answer = world.legacy_tool(&session, 1, "says and waits").await;
    let (prime, _) = answer.body.event().await.unwrap();
    let (said, message) = answer.body.event().await.unwrap();
    assert_eq!(message["params"]["data"], "waiting");
    drop(answer);
    world.backend.gate.add_permits(1);
    until(|| world.stats().detached == 0).await;
    // From where it broke off, and once more from the start.
    let rest = world
        .listen_to(&session, said.as_deref())
        .await
        .body
        .messages()
        .await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0]["result"]["content"][0], "done");
    let all = world
        .listen_to(&session, prime.as_deref())
        .await
        .body
        .messages()
        .await;
    assert_eq!(all.len(), 2);
    for unknown in ["9-1", "x", "1", "1-x", "-"] {
        let refused = world.listen_to(&session, Some(unknown)).await;
        assert_eq!(refused.brief().await, (400, Some(-32600)), "{unknown}");
    }
    world.quiet(1).await;
}

#[tokio::test]
async fn a_call_can_let_go_of_its_connection() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut answer = world.legacy_tool(&session, 1, "releases").await;
    let (prime, data) = answer.body.event().await.unwrap();
    assert!(data.is_null());
    assert!(answer.body.event().await.is_none());
    let mut rest = world.listen_to(&session, prime.as_deref()).await;
    world.backend.gate.add_permits(1);
    let last = rest.body.message().await;
    assert_eq!(last["id"], 1);
    assert_eq!(last["result"]["content"][0], "late");
    assert!(rest.body.event().await.is_none());

    // Older clients could not come back: there the call keeps its connection.
    let session = world.open("2025-06-18").await;
    world.backend.gate.add_permits(1);
    let answer = world
        .legacy_tool(&session, 1, "releases")
        .await
        .value()
        .await;
    assert_eq!(answer["result"]["content"][0], "late");
}

#[tokio::test]
async fn only_the_last_events_are_kept() {
    let world = world_with(Settings {
        replay_events: 10,
        ..Settings::default()
    });
    let session = world.open("2025-11-25").await;
    let answer = world.legacy_tool(&session, 1, "burst").await;
    drop(answer);
    until(|| world.stats().detached == 0).await;
    let kept = world
        .listen_to(&session, Some("1-0"))
        .await
        .body
        .messages()
        .await;
    assert!(kept.len() <= 11, "{}", kept.len());
    assert_eq!(kept.last().unwrap()["id"], 1);
}

#[tokio::test]
async fn streams_end_when_the_principal_is_turned_away() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut standing = world.listen_to(&session, None).await;
    standing.body.event().await;
    let mut call = world.legacy_tool(&session, 1, "says and waits").await;
    call.body.event().await;
    call.body.event().await;
    let own = json!({ "_meta": { "io.modelcontextprotocol/logLevel": "info" } });
    let mut modern = world.tool("says and waits", own).await;
    modern.body.event().await;
    world.backend.revoked.cancel();
    assert!(standing.body.event().await.is_none());
    assert!(call.body.event().await.is_none());
    assert!(modern.body.event().await.is_none());
}
