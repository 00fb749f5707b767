use keyway_testkit::peers::{Era, HttpPeer, Script};
use serde_json::json;

use super::{aside, person};
use crate::support::World;

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

#[test]
fn an_entry_that_cannot_be_used_is_told_by_every_command() {
    let world = person(&json!({
        "wrong": { "url": "http://127.0.0.1:1/", "auth": { "type": "api_key" } },
        "off": { "command": "no-such-program", "enabled": false },
    }));
    for command in ["tools", "resources", "prompts", "context"] {
        let ran = world.run(&["mcp", command]).ok();
        assert!(
            ran.err.contains("the key is missing"),
            "{command}: {}",
            ran.told()
        );
        let ran = world.run(&["mcp", command, "wrong"]);
        assert!(
            ran.code == 2 && ran.err.contains("mcp.json:"),
            "{command}: {}",
            ran.told()
        );
        let ran = world.run(&["mcp", command, "off"]);
        assert!(
            ran.code == 2 && ran.err.contains("disabled"),
            "{command}: {}",
            ran.told()
        );
    }
    for name in ["wrong", "off"] {
        for command in [
            &["mcp", "call", name, "tool"][..],
            &["mcp", "read", name, "note://first"],
            &["mcp", "prompt", name, "review"],
            &["mcp", "connect", name],
        ] {
            let ran = world.run(command);
            let told = ran.err.contains("the key is missing") || ran.err.contains("disabled");
            assert!(ran.code == 2 && told, "{command:?}: {}", ran.told());
        }
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_by_every_command() {
    let world = person(&json!({}));
    world.write(super::USER, "{\"servers\": {");
    for command in ["tools", "resources", "prompts", "context", "skills"] {
        let ran = world.run(&["mcp", command]).ok();
        assert!(
            ran.err.contains("mcp.json:1:13"),
            "{command}: {}",
            ran.told()
        );
    }
    let ran = world.run(&["mcp", "call", "files", "read"]);
    insta::assert_snapshot!(ran.err, @"
    error: there is no server `files`
      help: `keyway mcp status` shows all
    ");
}

#[test]
fn nothing_to_list_is_said() {
    for command in ["tools", "resources", "prompts", "context"] {
        let ran = World::new().run(&["mcp", command]).ok();
        assert_eq!(ran.out, "no MCP servers are configured\n", "{command}");
    }
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
