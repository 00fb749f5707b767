use serde_json::json;

use super::world::world;

const MODERN: [(&str, &str); 3] = [
    ("mcp-protocol-version", "2026-07-28"),
    ("mcp-method", "tools/call"),
    ("mcp-name", "echo"),
];

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let world = world();
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("\u{feff}{}", -32700),
        ("{}", -32600),
        ("null", -32600),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"tools/call"}"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/call"}"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":[1],"method":"tools/call"}"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":}}"#,
            -32700,
        ),
    ] {
        assert_eq!(
            world.post(&[], body).await.brief().await,
            (400, Some(code)),
            "{body}"
        );
        assert_eq!(
            world.post(&MODERN, body).await.brief().await,
            (400, Some(code)),
            "{body}"
        );
    }
    let invalid = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec();
    assert_eq!(
        world.post(&[], invalid).await.brief().await,
        (400, Some(-32700))
    );
}

/// Depth and number of values are bounded before anything is built from a body.
#[tokio::test]
async fn deep_and_wide_bodies_are_refused_and_large_ones_are_served() {
    let world = world();
    let call = |arguments: &str| {
        let meta = super::world::meta();
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo","_meta":{meta},"arguments":{{"x":{arguments}}}}}}}"#
        )
    };
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let wide = format!("[{}{{}}]", "{},".repeat((4 << 20) / 3 - 1000));
    let large = format!("[{}0]", "\"0123456789abcdef\",".repeat(150_000));
    for (arguments, served) in [(&deep, false), (&wide, false), (&large, true)] {
        let answer = world.post(&MODERN, call(arguments)).await;
        assert_eq!(answer.status == 200, served);
        let text = answer.body.text().await;
        assert_eq!(text.contains(&large), served);
    }
    let too_long = call(&format!("\"{}\"", "x".repeat(5 << 20)));
    assert_eq!(
        world.post(&MODERN, too_long).await.brief().await,
        (400, Some(-32600))
    );
}

#[tokio::test]
async fn arguments_pass_as_they_are() {
    let world = world();
    let own = r#"{ "big" : 123456789012345678901234567890, "f":1.0e0, "z":{"b":1,"a":[ ]}, "u":"\u00e9" }"#;
    let meta = super::world::meta();
    let body = format!(
        r#"{{"method":"tools/call","params":{{"arguments":{own},"unknown":[1],"_meta":{meta},"name":"echo"}},"id":"\u0061","jsonrpc":"2.0"}}"#
    );
    let text = world.post(&MODERN, body).await.body.text().await;
    assert!(text.starts_with(r#"{"jsonrpc":"2.0","id":"\u0061","result":"#));
    assert!(text.contains(own) && text.contains(r#""unknown":[1]"#));
}

#[tokio::test]
async fn nothing_is_echoed_that_was_refused() {
    let world = world();
    let own = json!({ "name": "hunter2", "arguments": "hunter2", "requestState": "hunter2" });
    let answer = world.modern("tools/call", own).await.body.text().await;
    assert!(!answer.contains("hunter2"), "{answer}");
    let answer = world.post(&MODERN, "hunter2").await.body.text().await;
    assert!(!answer.contains("hunter2"), "{answer}");
}

#[tokio::test]
async fn a_header_that_names_a_session_is_there_once() {
    let world = world();
    let (one, other) = (
        world.open("2025-11-25").await,
        world.open("2025-11-25").await,
    );
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let twice = [("mcp-session-id", &*one), ("mcp-session-id", &*other)];
    assert_eq!(world.post(&twice, ping.clone()).await.status, 400);
    let versions = [
        ("mcp-session-id", &*one),
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-protocol-version", "2025-06-18"),
    ];
    assert_eq!(world.post(&versions, ping).await.status, 400);
}

#[tokio::test]
async fn what_a_session_keeps_and_a_batch_collects_is_bounded() {
    let world = world();
    let session = world.open("2025-03-26").await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let refused = world.say(&session, json!(vec![ping; 257])).await;
    assert_eq!(refused.brief().await, (400, Some(-32600)));

    let initialize = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": { "experimental": { "x": "y".repeat(20_000) } },
            "clientInfo": { "name": "t", "version": "1" },
        },
    });
    let refused = world.post(&[], initialize.to_string()).await.value().await;
    assert_eq!(refused["error"]["code"], -32602);
}
