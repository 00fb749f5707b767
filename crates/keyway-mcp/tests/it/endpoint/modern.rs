use http::Method;
use keyway_mcp::endpoint::Settings;
use serde_json::{Value, json};

use super::world::{params, someone, world, world_with};

#[tokio::test]
async fn discovers_lists_and_calls() {
    let world = world();
    let found = world
        .modern("server/discover", json!({}))
        .await
        .value()
        .await;
    let result = &found["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(
        result["supportedVersions"],
        json!(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])
    );
    assert_eq!(result["instructions"], "be kind");
    assert_eq!(result["capabilities"]["tools"]["listChanged"], true);
    assert!(result["ttlMs"].is_u64() && result["cacheScope"].is_string());
    let info = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(*info, json!({ "name": "fake", "version": "1.0" }));

    let page = world.modern("tools/list", json!({})).await.value().await;
    assert_eq!(page["result"]["tools"][0]["name"], "echo");
    assert_eq!(page["result"]["ttlMs"], 7);
    assert_eq!(page["result"]["cacheScope"], "private");
    let cursor = page["result"]["nextCursor"].clone();
    let page = world
        .modern("tools/list", json!({ "cursor": cursor }))
        .await
        .value()
        .await;
    assert_eq!(page["result"]["tools"][0]["name"], "text");
    assert!(page["result"].get("nextCursor").is_none());
    for list in ["resources/list", "resources/templates/list", "prompts/list"] {
        let page = world.modern(list, json!({})).await.value().await;
        assert_eq!(page["result"]["resultType"], "complete", "{list}");
    }

    let answer = world.tool("text", json!({})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(
        answer.body.text().await,
        concat!(
            r#"{"jsonrpc":"2.0","id":1,"result":{ "content":[ ] , "n":1.50e+3,"_meta":{"up":1,"#,
            r#""io.modelcontextprotocol/serverInfo":{"name":"fake","version":"1.0"}},"#,
            r#""resultType":"complete"}}"#
        )
    );
    let completed = world
        .modern(
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "p" }, "argument": { "name": "a", "value": "" } }),
        )
        .await
        .value()
        .await;
    assert_eq!(completed["result"]["completion"]["values"][0], "p");
}

#[tokio::test]
async fn refuses_params_that_do_not_fit() {
    let world = world();
    for (method, own) in [
        ("tools/call", json!({ "name": "echo", "arguments": [] })),
        ("tools/call", json!({ "name": "echo", "arguments": null })),
        (
            "tools/call",
            json!({ "name": "echo", "inputResponses": null }),
        ),
        ("tools/call", json!({ "name": 7 })),
        ("tools/call", json!({})),
        ("resources/read", json!({})),
        ("prompts/get", json!({ "name": {} })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/other" }, "argument": {} }),
        ),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "p" } }),
        ),
        ("tools/call", json!({ "name": "unheard of" })),
    ] {
        let answer = world.modern(method, own.clone()).await.value().await;
        assert_eq!(answer["error"]["code"], -32602, "{method} {own}");
    }
    let headers = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "echo"),
    ];
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[1]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","name":"text"}}"#,
    ] {
        assert_eq!(
            world.post(&headers, body).await.brief().await,
            (400, Some(-32602)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn errors_of_older_revisions_are_translated() {
    let world = world();
    let answer = world
        .modern("resources/read", json!({ "uri": "test://x" }))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body.text().await,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"gone","x":1.50}}"#
    );
}

#[tokio::test]
async fn a_call_that_speaks_is_answered_by_a_stream() {
    let world = world();
    let own = json!({ "_meta": {
        "progressToken": "t-1", "io.modelcontextprotocol/logLevel": "info"
    } });
    let answer = world.tool("says", own).await;
    assert!(answer.is_stream());
    assert_eq!(answer.headers["x-accel-buffering"], "no");
    let messages = answer.body.messages().await;
    let methods: Vec<_> = messages
        .iter()
        .map(|message| message["method"].clone())
        .collect();
    assert_eq!(
        methods,
        [
            json!("notifications/message"),
            json!("notifications/progress"),
            json!("notifications/message"),
            Value::Null
        ]
    );
    assert_eq!(messages[1]["params"]["progressToken"], "t-1");
    assert_eq!(messages[3]["result"]["resultType"], "complete");

    // Nobody asked: nothing is said, and the answer is one object.
    assert!(!world.tool("says", json!({})).await.is_stream());
    let own = json!({ "_meta": { "io.modelcontextprotocol/logLevel": "error" } });
    assert!(!world.tool("says", own).await.is_stream());
    world.quiet(0).await;
}

#[tokio::test]
async fn a_long_call_gets_a_stream_that_is_kept_open() {
    let world = world_with(Settings {
        stream_after: std::time::Duration::from_millis(20),
        keep_alive: std::time::Duration::from_millis(20),
        ..Settings::default()
    });
    let mut answer = world.tool("waits", json!({})).await;
    assert!(answer.is_stream());
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    world.backend.gate.add_permits(1);
    assert_eq!(answer.body.message().await["result"]["content"][0], "done");
    assert!(answer.body.event().await.is_none());
    drop(answer);
    world.quiet(0).await;
}

#[tokio::test]
async fn other_methods_and_media_types() {
    let world = world();
    let who = someone(1);
    let modern = ("mcp-protocol-version", "2026-07-28");
    for (method, headers, status, allow) in [
        (Method::GET, vec![modern], 405, Some("POST")),
        (Method::DELETE, vec![modern], 405, Some("POST")),
        (Method::PUT, vec![], 405, Some("GET, POST, DELETE")),
        (
            Method::GET,
            vec![("accept", "text/event-stream")],
            400,
            None,
        ),
        (Method::GET, vec![("accept", "application/json")], 406, None),
        (
            Method::POST,
            vec![
                ("accept", "application/json"),
                ("content-type", "application/json"),
            ],
            406,
            None,
        ),
        (
            Method::POST,
            vec![("accept", "*/*"), ("content-type", "text/plain")],
            415,
            None,
        ),
        (Method::POST, vec![("accept", "*/*")], 415, None),
        (
            Method::POST,
            vec![
                ("accept", "application/*, text/*"),
                ("content-type", "Application/JSON;charset=UTF-8"),
            ],
            400,
            None,
        ),
        (
            Method::POST,
            vec![("content-type", "application/json")],
            400,
            None,
        ),
    ] {
        let answer = world.send(&who, method.clone(), &headers, "nonsense").await;
        assert_eq!(answer.status, status, "{method} {headers:?}");
        let allowed = answer
            .headers
            .get("allow")
            .map(|value| value.to_str().unwrap());
        assert_eq!(allowed, allow, "{method} {headers:?}");
        let error = answer.body.json().await;
        assert!(error["error"]["code"].is_i64());
    }
}

#[tokio::test]
async fn notifications_are_taken_and_responses_are_not() {
    let world = world();
    let modern = [("mcp-protocol-version", "2026-07-28")];
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#;
    assert_eq!(world.post(&modern, notification).await.status, 202);
    let response = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(
        world.post(&modern, response).await.brief().await,
        (400, Some(-32600))
    );
}

#[tokio::test]
async fn a_call_that_goes_in_circles_is_refused() {
    let world = world();
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params(json!({ "name": "echo" })),
    })
    .to_string();
    for (hops, refused) in [
        ("0", false),
        ("3", false),
        ("4", true),
        ("200", true),
        ("x", true),
    ] {
        let headers = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "echo"),
            ("keyway-hops", hops),
        ];
        let answer = world.post(&headers, body.clone()).await.value().await;
        let code = &answer["error"]["data"]["code"];
        assert_eq!(*code == "gateway_loop", refused, "{hops} {answer}");
    }
}
