use std::time::Duration;

use http::Method;
use keyway_mcp::endpoint::Settings;
use serde_json::{Value, json};

use super::world::{someone, until, world, world_with};

#[expect(clippy::needless_pass_by_value, reason = "reads better at the callers")]
fn request(id: u32, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

#[tokio::test]
async fn opens_a_session_in_the_revision_the_client_wants_or_the_newest() {
    let world = world();
    for (wanted, spoken) in [
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("2024-11-05", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let params = json!({ "protocolVersion": wanted, "capabilities": {}, "clientInfo": {} });
        let answer = world
            .post(&[], request(0, "initialize", params).to_string())
            .await;
        let session = answer.headers["mcp-session-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(session.bytes().all(|byte| byte.is_ascii_hexdigit()) && session.len() == 32);
        let result = answer.value().await["result"].clone();
        assert_eq!(result["protocolVersion"], spoken);
        assert_eq!(result["serverInfo"]["name"], "fake");
        assert_eq!(result["instructions"], "be kind");
        assert!(result["capabilities"]["logging"].is_object());
        assert!(result.get("resultType").is_none());
    }
    // A header that hopes for more does not make a handshake a modern request.
    let params = json!({ "protocolVersion": "2026-07-28", "capabilities": {} });
    let hopeful = [("mcp-protocol-version", "2026-07-28")];
    let body = request(0, "initialize", params).to_string();
    let answer = world.post(&hopeful, body).await.value().await;
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
    for bad in [
        json!({}),
        json!({ "protocolVersion": 1 }),
        json!({ "protocolVersion": "x", "capabilities": 1 }),
    ] {
        let refused = world
            .post(&[], request(0, "initialize", bad).to_string())
            .await;
        assert_eq!(refused.brief().await, (200, Some(-32602)));
    }
}

#[tokio::test]
async fn serves_a_session_and_ends_it() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(world.say(&session, initialized).await.status, 202);
    let answered = world
        .say(&session, request(1, "ping", json!({})))
        .await
        .value()
        .await;
    assert_eq!(answered, json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    let page = world
        .say(&session, request(2, "tools/list", json!({})))
        .await
        .value()
        .await;
    assert_eq!(
        page["result"],
        json!({ "tools": [{ "name": "echo" }], "nextCursor": "p 2" })
    );
    let answer = world.legacy_tool(&session, 3, "text").await;
    assert_eq!(
        answer.body.text().await,
        r#"{"jsonrpc":"2.0","id":3,"result":{ "content":[ ] , "n":1.50e+3,"_meta":{"up":1}}}"#
    );
    let read = world
        .say(
            &session,
            request(4, "resources/read", json!({ "uri": "test://x" })),
        )
        .await;
    assert!(
        read.body
            .text()
            .await
            .contains(r#""error":{"code":-32002,"message":"gone","x":1.50}"#)
    );
    for (method, params, code) in [
        ("no/such", json!({}), -32601),
        ("server/discover", json!({}), -32601),
        ("subscriptions/listen", json!({}), -32601),
        (
            "tools/call",
            json!({ "name": "echo", "arguments": 1 }),
            -32602,
        ),
        ("tools/call", json!([]), -32602),
        ("logging/setLevel", json!({ "level": "loud" }), -32602),
        ("resources/subscribe", json!({}), -32602),
        (
            "resources/subscribe",
            json!({ "uri": "test://unknown" }),
            -32602,
        ),
    ] {
        let refused = world.say(&session, request(5, method, params)).await;
        assert_eq!(refused.brief().await, (200, Some(code)), "{method}");
    }

    let named = [
        ("mcp-session-id", session.as_str()),
        ("mcp-protocol-version", "2025-11-25"),
    ];
    let gone = world.send(&someone(1), Method::DELETE, &named, "").await;
    assert_eq!(gone.status, 204);
    let ping = request(6, "ping", json!({})).to_string();
    assert_eq!(world.post(&named, ping).await.status, 404);
    assert_eq!(
        world
            .send(&someone(1), Method::DELETE, &named, "")
            .await
            .status,
        404
    );
    assert_eq!(world.listen_to(&session, None).await.status, 404);
    world.quiet(0).await;
}

#[tokio::test]
async fn a_session_belongs_to_who_opened_it() {
    let world = world();
    let session = world.open_as(&someone(2), "2025-11-25").await;
    let ping = request(1, "ping", json!({}));
    assert_eq!(world.say(&session, ping.clone()).await.status, 404);
    assert_eq!(world.listen_to(&session, None).await.status, 404);
    let named = [("mcp-session-id", session.as_str())];
    assert_eq!(
        world
            .send(&someone(1), Method::DELETE, &named, "")
            .await
            .status,
        404
    );
    let answer = json!({ "jsonrpc": "2.0", "id": 1, "result": {} });
    assert_eq!(world.say(&session, answer).await.status, 404);
    assert_eq!(world.stats().sessions, 1);
    // What is none of ours looks the same, and a request without a session is another matter.
    for name in ["x", "", "+1234567890123456789012345678901", &"0".repeat(32)] {
        assert_eq!(world.say(name, ping.clone()).await.status, 404, "{name}");
    }
    assert_eq!(
        world.post(&[], ping.to_string()).await.brief().await,
        (400, Some(-32600))
    );
    let stray = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(world.post(&[], stray.to_string()).await.status, 400);
}

#[tokio::test]
async fn checks_the_revision_header() {
    let world = world();
    let session = world.open("2025-06-18").await;
    let ping = request(1, "ping", json!({})).to_string();
    for (version, status) in [
        ("2025-06-18", 200),
        ("2025-11-25", 200),
        ("2025-03-26", 200),
        ("2024-11-05", 400),
        ("nonsense", 400),
    ] {
        let headers = [
            ("mcp-session-id", session.as_str()),
            ("mcp-protocol-version", version),
        ];
        assert_eq!(
            world.post(&headers, ping.clone()).await.status,
            status,
            "{version}"
        );
    }
}

#[tokio::test]
async fn log_messages_follow_the_level_of_the_session() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let other = world.open("2025-11-25").await;
    let answer = world
        .say(
            &session,
            request(1, "logging/setLevel", json!({ "level": "error" })),
        )
        .await;
    assert_eq!(answer.value().await["result"], json!({}));
    let quiet = world
        .legacy_tool(&session, 2, "says")
        .await
        .body
        .messages()
        .await;
    let methods: Vec<_> = quiet
        .iter()
        .filter_map(|message| message["method"].as_str())
        .collect();
    assert_eq!(methods, ["notifications/progress"]);
    let loud = world
        .legacy_tool(&other, 2, "says")
        .await
        .body
        .messages()
        .await;
    let logs = loud
        .iter()
        .filter(|message| message["method"] == "notifications/message");
    assert_eq!(logs.count(), 2);
}

#[tokio::test]
async fn a_question_nobody_can_answer_any_more_ends_at_shutdown() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut answer = world.legacy_tool(&session, 1, "asks").await;
    answer.body.event().await;
    assert_eq!(answer.body.message().await["method"], "elicitation/create");
    world.shutdown.cancel();
    let withdrawn = answer.body.message().await;
    assert_eq!(withdrawn["method"], "notifications/cancelled");
    assert_eq!(answer.body.message().await["id"], 1);
}

#[tokio::test]
async fn asks_on_the_stream_of_the_call() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let mut answer = world.legacy_tool(&session, 1, "asks").await;
    assert!(answer.is_stream());
    let (_, prime) = answer.body.event().await.unwrap();
    assert!(prime.is_null());
    let asked = answer.body.message().await;
    assert_eq!(asked["method"], "elicitation/create");
    let reply = json!({
        "jsonrpc": "2.0", "id": asked["id"], "result": { "action": "accept", "content": { "name": "Ada" } },
    });
    assert_eq!(world.say(&session, reply.clone()).await.status, 202);
    let last = answer.body.message().await;
    assert_eq!(last["id"], 1);
    assert_eq!(last["result"]["got"]["user_name"]["content"]["name"], "Ada");
    assert!(answer.body.event().await.is_none());
    // A second answer is nobody's business.
    assert_eq!(world.say(&session, reply).await.status, 202);

    // The client may refuse.
    let mut answer = world.legacy_tool(&session, 2, "asks").await;
    answer.body.event().await;
    let asked = answer.body.message().await;
    let reply =
        json!({ "jsonrpc": "2.0", "id": asked["id"], "error": { "code": -1, "message": "no" } });
    world.say(&session, reply).await;
    let last = answer.body.message().await;
    assert_eq!(last["result"]["refused"]["code"], -1);
    // What was not declared is not asked.
    let refused = world
        .legacy_tool(&session, 3, "asks thrice")
        .await
        .value()
        .await;
    assert_eq!(refused["result"]["isError"], true);
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_told_that_it_is_too_late() {
    let world = world_with(Settings {
        answer_within: Duration::from_millis(50),
        ..Settings::default()
    });
    let session = world.open("2025-11-25").await;
    let messages = world
        .legacy_tool(&session, 1, "asks")
        .await
        .body
        .messages()
        .await;
    assert_eq!(messages[1]["method"], "elicitation/create");
    assert_eq!(messages[2]["method"], "notifications/cancelled");
    assert_eq!(messages[2]["params"]["requestId"], messages[1]["id"]);
    assert_eq!(messages[3]["result"]["isError"], true);
}

#[tokio::test]
async fn an_id_is_used_by_one_running_request_at_a_time() {
    let world = world();
    let session = world.open("2025-11-25").await;
    let first = world.legacy_tool(&session, 1, "says and waits").await;
    let second = world.legacy_tool(&session, 1, "echo").await;
    assert_eq!(second.brief().await, (400, Some(-32600)));
    world.backend.gate.add_permits(1);
    first.body.messages().await;
    until(|| world.stats().detached == 0).await;
    assert_eq!(world.legacy_tool(&session, 1, "echo").await.status, 200);
}

#[tokio::test]
async fn idle_sessions_end() {
    let world = world_with(Settings {
        session_idle: Duration::from_millis(100),
        ..Settings::default()
    });
    let busy = world.open("2025-11-25").await;
    let idle = world.open("2025-11-25").await;
    let mut standing = world.listen_to(&busy, None).await;
    standing.body.event().await;
    world.clock.advance(Duration::from_secs(1));
    until(|| world.stats().sessions == 1).await;
    let ping = request(1, "ping", json!({}));
    assert_eq!(world.say(&idle, ping.clone()).await.status, 404);
    assert_eq!(world.say(&busy, ping).await.status, 200);
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_used_longest_ago() {
    let world = world_with(Settings {
        sessions_per_principal: 2,
        sessions: 3,
        ..Settings::default()
    });
    let ping = request(1, "ping", json!({}));
    let first = world.open("2025-11-25").await;
    world.clock.advance(Duration::from_secs(1));
    let second = world.open("2025-11-25").await;
    world.clock.advance(Duration::from_secs(1));
    world.say(&first, ping.clone()).await;
    world.clock.advance(Duration::from_secs(1));
    world.open("2025-11-25").await;
    assert_eq!(world.say(&second, ping.clone()).await.status, 404);
    assert_eq!(world.say(&first, ping).await.status, 200);
    for number in 2..6 {
        world.open_as(&someone(number), "2025-11-25").await;
    }
    assert_eq!(world.stats().sessions, 3);
}
