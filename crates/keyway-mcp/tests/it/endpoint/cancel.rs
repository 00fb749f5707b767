use std::sync::atomic::Ordering;

use serde_json::json;

use super::world::{someone, until, world};

#[tokio::test]
async fn closing_the_stream_cancels_a_modern_call() {
    let world = world();
    let own = json!({ "_meta": { "io.modelcontextprotocol/logLevel": "info" } });
    let mut answer = world.tool("says and waits", own).await;
    answer.body.message().await;
    drop(answer);
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 1).await;
    world.quiet(0).await;
}

#[tokio::test]
async fn going_away_before_an_answer_cancels_a_call() {
    let world = world();
    let session = world.open("2025-11-25").await;
    tokio::select! {
        _ = world.tool("waits", json!({})) => panic!("no answer was due"),
        () = until(|| world.backend.started.load(Ordering::SeqCst) == 1) => {}
    }
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 1).await;
    tokio::select! {
        _ = world.legacy_tool(&session, 1, "waits") => panic!("no answer was due"),
        () = until(|| world.backend.started.load(Ordering::SeqCst) == 2) => {}
    }
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 2).await;
    world.quiet(1).await;
}

#[tokio::test]
async fn a_notification_cancels_a_call_of_a_session() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let cancel = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 },
    });
    // While the answer would be one object.
    let (answer, ()) = tokio::join!(world.legacy_tool(&session, 7, "waits"), async {
        until(|| world.backend.started.load(Ordering::SeqCst) == 1).await;
        assert_eq!(world.say(&session, cancel.clone()).await.status, 202);
    });
    assert_eq!(answer.status, 202);
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 1).await;

    // While there is a stream: it ends without an answer.
    let answer = world.legacy_tool(&session, 7, "says and waits").await;
    world.say(&session, cancel.clone()).await;
    let messages = answer.body.messages().await;
    assert!(messages.iter().all(|message| message.get("id").is_none()));
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 2).await;

    // What does not run cannot be cancelled, and nor can what is another's.
    assert_eq!(world.say(&session, cancel.clone()).await.status, 202);
    let foreign = world.open_as(&someone(2), "2025-11-25").await;
    assert_eq!(world.say(&foreign, cancel).await.status, 404);
    world.quiet(2).await;
}

#[tokio::test]
async fn the_end_of_a_session_cancels_its_calls() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut answer = world.legacy_tool(&session, 7, "says and waits").await;
    answer.body.event().await;
    let mut standing = world.listen_to(&session, None).await;
    standing.body.event().await;
    let named = [("mcp-session-id", session.as_str())];
    world
        .send(&someone(1), http::Method::DELETE, &named, "")
        .await;
    answer.body.messages().await;
    assert!(standing.body.event().await.is_none());
    drop(standing);
    until(|| world.backend.cancelled.load(Ordering::SeqCst) == 1).await;
    world.quiet(0).await;
}
