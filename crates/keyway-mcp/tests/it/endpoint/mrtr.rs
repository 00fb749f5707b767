use std::sync::atomic::Ordering;
use std::time::Duration;

use keyway_mcp::endpoint::Settings;
use serde_json::{Value, json};

use super::world::{World, accept, someone, until, world, world_with};

/// The retry of a tool's call.
async fn retry(world: &World, tool: &str, state: &Value, responses: Value) -> Value {
    world
        .tool(
            tool,
            json!({ "requestState": state, "inputResponses": responses }),
        )
        .await
        .value()
        .await
}

#[tokio::test]
async fn asks_and_goes_on() {
    let world = world();
    let first = world.tool("asks", json!({})).await.value().await;
    let result = &first["result"];
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(
        result["inputRequests"],
        json!({ "user_name": { "method": "elicitation/create", "params": { "message": "?" } } })
    );
    assert!(result.get("ttlMs").is_none());
    assert_eq!(world.stats().parked, 1);
    let state = result["requestState"].clone();
    let last = retry(
        &world,
        "asks",
        &state,
        json!({ "user_name": accept("Ada"), "x": 1 }),
    )
    .await;
    assert_eq!(last["result"]["resultType"], "complete");
    assert_eq!(last["result"]["got"]["user_name"], accept("Ada"));
    world.quiet(0).await;

    // Done is done.
    let again = retry(
        &world,
        "asks",
        &state,
        json!({ "user_name": accept("Eve") }),
    )
    .await;
    assert_eq!(again["error"]["code"], -32602);
    assert_eq!(world.backend.started.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn asks_again_for_what_is_missing_or_malformed() {
    let world = world();
    let first = world.tool("asks thrice", json!({})).await.value().await;
    assert_eq!(
        first["result"]["inputRequests"].as_object().unwrap().len(),
        3
    );
    let state = first["result"]["requestState"].clone();
    let responses = json!({
        "user_name": accept("Ada"), "greeting": 12345, "client_roots": { "roots": "no" },
    });
    let second = retry(&world, "asks thrice", &state, responses).await;
    let asked: Vec<_> = second["result"]["inputRequests"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(asked, ["greeting", "client_roots"]);
    let newer = second["result"]["requestState"].clone();
    assert_ne!(newer, state);

    // The older state is of no use any more.
    let old = retry(&world, "asks thrice", &state, json!({})).await;
    assert_eq!(old["error"]["code"], -32602);

    let responses = json!({
        "greeting": { "role": "assistant", "content": { "type": "text", "text": "hi" }, "model": "m" },
        "client_roots": { "roots": [] },
    });
    let last = retry(&world, "asks thrice", &newer, responses).await;
    assert_eq!(last["result"]["got"]["user_name"], accept("Ada"));
    assert_eq!(last["result"]["got"]["client_roots"]["roots"], json!([]));
    world.quiet(0).await;
}

#[tokio::test]
async fn several_rounds_and_several_questions_at_once() {
    let world = world();
    let first = world.tool("asks twice over", json!({})).await.value().await;
    let responses = json!({ "step": accept("1") });
    let state = &first["result"]["requestState"];
    let second = retry(&world, "asks twice over", state, responses).await;
    assert!(second["result"]["inputRequests"]["step"].is_object());
    let state = &second["result"]["requestState"];
    let last = retry(
        &world,
        "asks twice over",
        state,
        json!({ "step": accept("2") }),
    )
    .await;
    assert_eq!(last["result"]["content"][0]["got"]["step"], accept("1"));
    assert_eq!(last["result"]["content"][1]["got"]["step"], accept("2"));

    // Two questions under one key: the client sees two keys.
    let first = world
        .tool("asks side by side", json!({}))
        .await
        .value()
        .await;
    let asked = first["result"]["inputRequests"].as_object().unwrap();
    assert_eq!(
        asked.keys().collect::<Vec<_>>(),
        ["user_name", "user_name-2"]
    );
    let responses = json!({ "user_name": accept("l"), "user_name-2": accept("r") });
    let state = &first["result"]["requestState"];
    let last = retry(&world, "asks side by side", state, responses).await;
    assert_eq!(
        last["result"]["content"][0]["got"]["user_name"],
        accept("l")
    );
    assert_eq!(
        last["result"]["content"][1]["got"]["user_name"],
        accept("r")
    );
    world.quiet(0).await;
}

#[tokio::test]
async fn answers_may_come_with_a_fresh_call() {
    let world = world();
    let own = json!({ "inputResponses": { "user_name": accept("Ada"), "other": accept("x") } });
    let done = world.tool("asks", own).await.value().await;
    assert_eq!(done["result"]["got"]["user_name"], accept("Ada"));
    for responses in [
        json!({ "wrong": accept("x") }),
        json!({ "user_name": 12345 }),
    ] {
        let asked = world
            .tool("asks", json!({ "inputResponses": responses }))
            .await
            .value()
            .await;
        assert_eq!(asked["result"]["resultType"], "input_required");
    }
}

#[tokio::test]
async fn a_prompt_asks_as_well() {
    let world = world();
    let first = world
        .modern("prompts/get", json!({ "name": "p" }))
        .await
        .value()
        .await;
    let state = first["result"]["requestState"].clone();
    let own = json!({
        "name": "p", "requestState": state, "inputResponses": { "user_context": accept("c") },
    });
    let last = world.modern("prompts/get", own).await.value().await;
    assert_eq!(last["result"]["messages"], json!([]));
}

#[tokio::test]
async fn only_declared_capabilities_are_used() {
    let world = world();
    for (declared, tool, missing) in [
        (json!({}), "asks", json!({ "elicitation": {} })),
        (
            json!({ "elicitation": { "url": {} } }),
            "asks",
            json!({ "elicitation": {} }),
        ),
        (
            json!({ "elicitation": {} }),
            "asks thrice",
            json!({ "sampling": {} }),
        ),
        (
            json!({ "elicitation": {}, "sampling": {} }),
            "asks thrice",
            json!({ "roots": {} }),
        ),
    ] {
        let own = json!({ "_meta": { "io.modelcontextprotocol/clientCapabilities": declared } });
        let answer = world.tool(tool, own).await;
        assert_eq!(answer.status, 400);
        let error = answer.value().await["error"].clone();
        assert_eq!(error["code"], -32021);
        assert_eq!(error["data"]["requiredCapabilities"], missing);
    }
    world.quiet(0).await;
}

#[tokio::test]
async fn a_state_holds_for_its_principal_request_and_time_only() {
    let world = world();
    let first = world.tool("asks", json!({})).await.value().await;
    let state = first["result"]["requestState"].clone();
    let tampered = json!(format!("{}-TAMPERED", state.as_str().unwrap()));
    for bad in [tampered, json!(""), json!(7), json!({}), json!(null)] {
        let refused = retry(&world, "asks", &bad, json!({})).await;
        assert_eq!(refused["error"]["code"], -32602, "{bad}");
    }
    // For another tool, and for another method.
    let refused = retry(&world, "asks thrice", &state, json!({})).await;
    assert_eq!(refused["error"]["code"], -32602);
    let own = json!({ "name": "asks", "requestState": state });
    let refused = world.modern("prompts/get", own).await.value().await;
    assert_eq!(refused["error"]["code"], -32602);
    // From someone else.
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": super::world::params(json!({ "name": "asks", "requestState": state })),
    });
    let headers = [
        ("content-type", "application/json"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "asks"),
    ];
    let refused = world
        .send(&someone(2), http::Method::POST, &headers, body.to_string())
        .await
        .value()
        .await;
    assert_eq!(refused["error"]["code"], -32602);
    // Too late.
    world.clock.advance(Duration::from_secs(601));
    let late = retry(
        &world,
        "asks",
        &state,
        json!({ "user_name": accept("Ada") }),
    )
    .await;
    assert_eq!(late["error"]["code"], -32602);
    assert_eq!(world.backend.started.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_call_nobody_comes_back_for_ends() {
    let world = world_with(Settings {
        answer_within: Duration::from_millis(30),
        ..Settings::default()
    });
    world.tool("asks", json!({})).await.value().await;
    world.quiet(0).await;
    until(|| world.tasks.is_empty()).await;
}

#[tokio::test]
async fn calls_that_wait_are_bounded_and_end_at_shutdown() {
    let world = world_with(Settings {
        parked: 12,
        ..Settings::default()
    });
    for _ in 0..3 {
        let asked = world.tool("asks", json!({})).await.value().await;
        assert_eq!(asked["result"]["resultType"], "input_required");
    }
    let refused = world.tool("asks", json!({})).await.value().await;
    assert_eq!(refused["result"]["isError"], true);
    assert_eq!(world.stats().parked, 3);
    world.shutdown.cancel();
    world.quiet(0).await;
}

#[tokio::test]
async fn a_foreign_state_is_wrapped_and_handed_back() {
    let world = world();
    let first = world.tool("hands through", json!({})).await.value().await;
    let state = first["result"]["requestState"].clone();
    assert!(!state.as_str().unwrap().contains("their"));
    let own = json!({ "requestState": state, "inputResponses": {} });
    let answer = world.tool("hands through", own).await;
    assert!(
        answer
            .body
            .text()
            .await
            .contains(r#""content":["their st\u0061te"]"#)
    );
    let bad = json!({ "requestState": "their state" });
    assert_eq!(
        world.tool("hands through", bad).await.value().await["error"]["code"],
        -32602
    );
    assert_eq!(world.stats().parked, 0);
}
