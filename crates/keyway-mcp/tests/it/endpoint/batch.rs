use serde_json::{Value, json};

use super::world::world;

#[tokio::test]
async fn batches_are_served_in_one_revision_only() {
    let world = world();
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "ping" },
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        { "jsonrpc": "2.0", "id": null, "method": "ping" },
        { "jsonrpc": "2.0", "id": "b", "method": "no/such" },
        { "jsonrpc": "2.0", "id": 3, "method": "initialize", "params": {} },
        { "jsonrpc": "2.0", "id": 9, "result": {} },
    ]);
    let session = world.open("2025-03-26").await;
    let answers = world.say(&session, batch.clone()).await.value().await;
    let brief: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["id"].clone(), answer["error"]["code"].as_i64()))
        .collect();
    assert_eq!(
        brief,
        [
            (json!(1), None),
            (Value::Null, Some(-32600)),
            (json!("b"), Some(-32601)),
            (json!(3), Some(-32601)),
        ]
    );
    let silent = json!([{ "jsonrpc": "2.0", "method": "notifications/initialized" }]);
    assert_eq!(world.say(&session, silent).await.status, 202);
    assert_eq!(
        world.say(&session, json!([])).await.brief().await,
        (400, Some(-32600))
    );

    for revision in ["2025-06-18", "2025-11-25"] {
        let session = world.open(revision).await;
        let refused = world.say(&session, batch.clone()).await.brief().await;
        assert_eq!(refused, (400, Some(-32600)));
    }
    let modern = [("mcp-protocol-version", "2026-07-28")];
    let refused = world.post(&modern, batch.to_string()).await.brief().await;
    assert_eq!(refused, (400, Some(-32600)));
}

#[tokio::test]
async fn a_batch_with_calls_is_answered_by_a_stream() {
    let world = world();
    let session = world.open("2025-03-26").await;
    let call = |id: u32, name: &str| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": name } });
    let batch = json!([
        call(1, "says"),
        { "jsonrpc": "2.0", "id": 2, "method": "ping" },
        call(3, "echo"),
        call(3, "echo"),
        call(4, "unheard of"),
    ]);
    let answer = world.say(&session, batch).await;
    assert!(answer.is_stream());
    let messages = answer.body.messages().await;
    let mut ids: Vec<_> = messages
        .iter()
        .filter_map(|one| one["id"].as_u64())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 3, 4]);
    let refused = messages
        .iter()
        .filter(|one| one.get("error").is_some())
        .count();
    assert_eq!(refused, 2);
    world.quiet(1).await;
}
