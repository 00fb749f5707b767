use serde_json::json;

use super::{PROJECT, USER, person};
use crate::support::World;

/// The reasons of all servers that cannot be used, a line each.
fn told(world: &World) -> String {
    let ran = world.run(&["mcp", "status", "--wait", "0", "--json"]).ok();
    let servers = ran.json()["servers"].as_array().unwrap().clone();
    let lines = servers.iter().map(|one| {
        let text = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("name"), text("state"), text("reason"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_format_s_rules_hold_entry_by_entry() {
    let world = World::new();
    world.write(
        USER,
        r#"{
  // a comment, and a comma at the end
  "servers": {
    "a.b-c_1": {"url": "https://h.example/mcp"},
    "wins": {"command": "no-such", "url": "https://ignored.example"},
    "empty": {"command": "", "url": "https://h.example/mcp", "headers": {"X-A": "b"}},
    "bad name": {"url": "https://h.example"},
    "nothing": {},
    "keyless": {"url": "https://h.example", "auth": {"type": "api_key"}},
    "emptykey": {"url": "https://h.example", "auth": {"type": "api_key", "key": ""}},
    "unset": {"url": "https://h.example", "auth": {"type": "api_key", "key": "${env:NOT_THERE}"}},
    "both": {"command": "x", "auth": {"type": "oauth"}},
    "none": {"command": "no-such", "auth": {"type": "none"}},
    "typo": {"comand": "x", "url": "https://h.example"},
    "limits": {"url": "https://h.example", "timeout_ms": 0, "connect_timeout_ms": 500, "retries": 0},
    "twice": {"url": "https://h.example", "timeout_ms": 5, "timeouts": {"call": "1s"}},
    "many": {"url": "https://h.example", "retries": 11},
    "client": {"url": "https://h.example", "auth": {"type": "oauth", "scopes": ["a"], "client_id": "i", "client_secret": "canary"}},
    "half": {"url": "https://h.example", "auth": {"type": "oauth", "client_secret": "canary"}},
  },
}"#,
    );
    insta::assert_snapshot!(told(&world), @"
    a.b-c_1 configured -
    both disconnected mcp.json:12:38: both.auth: a child process has no HTTP authentication
    client configured -
    empty configured -
    emptykey disconnected mcp.json:10:81: emptykey.auth.key: the key is missing or empty
    half disconnected mcp.json:19:85: half.auth.client_secret: a secret without `client_id` is no client
    keyless disconnected mcp.json:9:53: keyless.auth.key: the key is missing or empty
    limits configured -
    many disconnected mcp.json:17:53: many.retries: expected a whole number from 0 to 10
    none configured -
    nothing disconnected mcp.json:8:16: nothing: neither `command` nor `url`
    twice disconnected mcp.json:16:57: twice.timeout_ms: `timeouts` says this already: keep one
    typo disconnected mcp.json:14:14: typo: unknown field `comand`
    unnamed disconnected mcp.json:7:5: unnamed: a server's name is 1 to 128 letters, digits, `_`, `-` and `.`, the first a letter or digit
    unset disconnected mcp.json:11:78: unset.auth.key: the environment variable `NOT_THERE` is not set
    wins configured -
    ");
}

#[test]
fn a_file_that_is_no_json_has_no_servers_and_says_where() {
    let world = World::new();
    world.write(USER, "{\"servers\": {\n  \"a\" 1}}");
    insta::assert_snapshot!(told(&world), @"mcp.json disconnected mcp.json:2:7: expected colon after the string or word in object property");
    world.write(USER, "{\"mcpServers\": {}}");
    insta::assert_snapshot!(told(&world), @"mcp.json disconnected mcp.json:1:2: `mcpServers` is called `servers` in this file");
    world.write(
        USER,
        "{\"servers\": {\"a\": {\"url\": \"https://h/\"}, \"a\": {}}}",
    );
    insta::assert_snapshot!(told(&world), @"mcp.json disconnected mcp.json:1:42: this key is there twice (first on line 1)");
    world.write(
        USER,
        &format!("{{\"servers\": {{}}, \"x\": \"{}\"}}", "y".repeat(1 << 20)),
    );
    insta::assert_snapshot!(told(&world), @"mcp.json disconnected mcp.json: is longer than 1048576 bytes");
    for empty in [
        "",
        "{}",
        "// nothing yet\n",
        "{\"servers\": {}}",
        "{\"servers\": null}",
    ] {
        world.write(USER, empty);
        assert_eq!(told(&world), "", "{empty}");
    }
}

#[test]
fn one_file_that_cannot_be_used_costs_the_other_nothing() {
    let world = World::new();
    world.write(USER, "{");
    world.write(
        PROJECT,
        r#"{"servers": {"theirs": {"command": "no-such"}}}"#,
    );
    super::trust(&world);
    insta::assert_snapshot!(told(&world), @"
    mcp.json disconnected mcp.json:1:1: unterminated object
    theirs configured -
    ");
}

#[test]
fn a_key_at_the_top_that_means_nothing_is_warned_of() {
    let world = World::new();
    world.write(USER, r#"{"$schema": "x", "server": {}}"#);
    let ran = world.run(&["mcp", "status"]).ok();
    assert!(ran.err.contains("unknown key `server`"), "{}", ran.err);
}

#[test]
fn what_is_no_plain_file_is_not_waited_for() {
    let world = person(&json!({}));
    std::fs::remove_file(world.path(USER)).unwrap();
    let fifo = std::ffi::CString::new(world.path(USER).to_str().unwrap()).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        fifo.as_c_str(),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    assert_eq!(
        told(&world),
        "mcp.json disconnected mcp.json: is not a plain file"
    );
}
