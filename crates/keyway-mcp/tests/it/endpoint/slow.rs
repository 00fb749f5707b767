use std::sync::atomic::Ordering;
use std::time::Duration;

use keyway_mcp::endpoint::{List, Notice, Settings};
use serde_json::json;

use super::world::{World, until, world, world_with};

fn impatient() -> World {
    world_with(Settings {
        stalled_after: Duration::from_millis(50),
        unread_bytes: 100_000,
        ..Settings::default()
    })
}

#[tokio::test]
async fn a_modern_reader_that_stops_reading_loses_its_stream_and_blocks_nobody() {
    let world = impatient();
    let own = json!({ "_meta": { "io.modelcontextprotocol/logLevel": "info" } });
    let mut unread = world.tool("floods", own).await;
    assert!(unread.is_stream());
    // The call is cancelled although nobody closed the stream.
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 1).await;
    until(|| world.stats().detached == 0).await;
    assert_eq!(world.tool("echo", json!({})).await.status, 200);
    // What was sent before is read, then the stream is over.
    while let Some((_, message)) = unread.body.event().await {
        assert!(message.get("id").is_none());
    }
}

#[tokio::test]
async fn a_legacy_reader_that_stops_reading_loses_its_stream_and_blocks_nobody() {
    let world = impatient();
    let session = world.open("2025-11-25").await;
    let standing = world.listen_to(&session, None).await;
    let mut unread = world.legacy_tool(&session, 1, "floods").await;
    for _ in 0..1_000 {
        world
            .backend
            .notices
            .send(Notice::ListChanged(List::Tools))
            .unwrap();
    }
    for id in 2..50 {
        let answer = world.legacy_tool(&session, id, "echo").await;
        assert_eq!(answer.status, 200);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut read = 0;
    while unread.body.event().await.is_some() {
        read += 1;
    }
    // The call goes on; its client may come back for what is kept.
    assert_eq!(read, 0, "the reader had lost the stream");
    assert_eq!(world.stats().detached, 1);
    let cancel = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 },
    });
    world.say(&session, cancel).await;
    drop((standing, unread));
    world.quiet(1).await;
}

#[tokio::test]
async fn a_burst_costs_a_good_reader_nothing_but_the_surplus() {
    let world = world();
    let own = json!({ "_meta": { "io.modelcontextprotocol/logLevel": "info" } });
    let messages = world.tool("burst", own).await.body.messages().await;
    assert!(messages.len() > 1_000);
    assert_eq!(messages.last().unwrap()["result"]["resultType"], "complete");
    let session = world.open("2025-11-25").await;
    let messages = world
        .legacy_tool(&session, 1, "burst")
        .await
        .body
        .messages()
        .await;
    assert!(messages.len() > 1_000);
    assert_eq!(messages.last().unwrap()["id"], 1);
}
