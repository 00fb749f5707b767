use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::{aside, person};

#[tokio::test(flavor = "multi_thread")]
async fn tools_of_all_servers_or_of_one_are_listed() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = person(&json!({
        "one": { "url": peer.url(), "tools": { "allow": ["echo"] } },
        "two": { "url": peer.url(), "tools": { "deny": ["echo"] } },
        "gone": { "url": "http://127.0.0.1:1/" },
    }));
    let ran = aside(|| world.run(&["mcp", "tools"])).ok();
    let of = |server: &str| {
        ran.out
            .lines()
            .filter(|line| line.starts_with(server))
            .count()
    };
    assert!(of("one ") == 1 && of("two ") > 1, "{}", ran.out);
    assert!(ran.err.contains("gone: disconnected: "), "{}", ran.err);

    let ran = aside(|| world.run(&["mcp", "tools", "one", "--json"])).ok();
    let tools = ran.json()["tools"].clone();
    assert_eq!(tools[0]["server"], "one");
    assert!(
        tools[0]["inputSchema"].is_object() && tools[1].is_null(),
        "{tools}"
    );

    let ran = aside(|| world.run(&["mcp", "tools", "gone"]));
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.err, @"error: `gone` is not connected: disconnected: could not connect: connection refused");
    let ran = aside(|| world.run(&["mcp", "tools", "tow"]));
    assert!(
        ran.code == 2 && ran.err.contains("did you mean `two`?"),
        "{}",
        ran.told()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_writes_cannot_move_the_cursor() {
    let tool = r#"{"name":"x","description":"a\u001b[2J\u202eb","inputSchema":{"type":"object"}}"#;
    let peer = HttpPeer::start(Script {
        raw_tools: vec![tool.to_owned()],
        ..Script::new(Era::Modern)
    })
    .await;
    let world = person(&json!({ "one": { "url": peer.url() } }));
    let ran = aside(|| world.run(&["mcp", "tools", "--filter", "x"])).ok();
    assert!(ran.out.contains(r"a\u{1b}[2J\u{202e}b"), "{}", ran.out);
}
