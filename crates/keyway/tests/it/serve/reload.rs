use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::wait::until;
use crate::support::{Served, World, mcp};

/// The child process of these tests.
#[test]
fn peer() {
    keyway_testkit::peers::run_if_asked();
}

fn child() -> (StdioPeer, Value) {
    let peer = StdioPeer::new(Script::new(Era::Modern), "serve::reload::peer");
    let entry = json!({ "command": peer.command(), "args": peer.args(), "env": peer.env() });
    (peer, entry)
}

fn config(servers: &Value) -> String {
    json!({ "mcp_servers": servers, "mcp_files": ["more.json"] }).to_string()
}

async fn tools(served: &Served) -> Vec<String> {
    let ask = served.ask(Method::POST, "/mcp");
    let answer = mcp::dress(ask, "tools/list", json!({})).send().await.json();
    let tools = answer["result"]["tools"].as_array().unwrap();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

async fn until_listed(served: &Served, tool: &str, listed: bool) {
    until(tool, || async {
        tools(served).await.iter().any(|name| name == tool) == listed
    })
    .await;
}

/// Why something cannot be used, as the status tells it.
fn reason(world: &World, served: &Served, name: &str) -> Option<String> {
    let url = format!("http://{}", served.address);
    let status = world
        .run(&["mcp", "status", "--json", "--server", &url])
        .ok()
        .json();
    let servers = status["upstreams"]
        .as_array()
        .or(status["servers"].as_array());
    let mine = |one: &&Value| {
        let called = one["name"].as_str().unwrap();
        let told = called == name || called.starts_with(&format!("{name} ("));
        told && one["reason"].is_string()
    };
    let found = servers.unwrap().iter().find(mine);
    found.and_then(|one| one["reason"].as_str().map(str::to_owned))
}

async fn until_told(world: &World, served: &Served, name: &str) -> String {
    until(name, || async { reason(world, served, name).is_some() }).await;
    reason(world, served, name).unwrap()
}

#[tokio::test]
async fn only_servers_that_changed_are_touched() {
    let (kept, entry) = child();
    let other = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = World::of(&config(&json!({ "kept": entry })));
    let served = Served::start(&world, &["--no-auth"]);
    until_listed(&served, "mcp__kept__echo", true).await;
    let greeted = kept.seen("server/discover").len();
    let mut changes = mcp::dress(
        served.ask(Method::POST, "/mcp"),
        "subscriptions/listen",
        json!({ "notifications": { "toolsListChanged": true } }),
    )
    .open()
    .await
    .into_body();

    // Added, in the file itself and in a file that was not there.
    let added = json!({ "kept": entry, "other": { "url": other.url() } });
    world.write("keyway.yaml", &config(&added));
    let more = json!({ "mcpServers": { "more": { "url": other.url() } } });
    world.write("more.json", &more.to_string());
    until_listed(&served, "mcp__other__echo", true).await;
    until_listed(&served, "mcp__more__echo", true).await;
    let mut told = String::new();
    while !told.contains("notifications/tools/list_changed") {
        let frame = crate::support::wait::soon(
            "a notification",
            http_body_util::BodyExt::frame(&mut changes),
        );
        let data = frame.await.unwrap().unwrap().into_data().unwrap();
        told.push_str(&String::from_utf8_lossy(&data));
    }

    // Changed.
    let altered = json!({ "kept": entry, "other": { "url": other.url(), "prefix": "new_" } });
    world.write("keyway.yaml", &config(&altered));
    until_listed(&served, "new_echo", true).await;
    until_listed(&served, "mcp__other__echo", false).await;

    // Removed.
    world.write("keyway.yaml", &config(&json!({ "kept": entry })));
    std::fs::remove_file(world.path("more.json")).unwrap();
    until_listed(&served, "new_echo", false).await;
    until_listed(&served, "mcp__more__echo", false).await;

    assert!(tools(&served).await.contains(&"mcp__kept__echo".to_owned()));
    assert_eq!(kept.seen("server/discover").len(), greeted);
    assert!(served.stop().await.0.success());
}

#[tokio::test]
async fn what_cannot_be_used_any_more_stays_as_it_was() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let good = config(&json!({ "one": { "url": peer.url() } }));
    let more = json!({ "mcpServers": { "more": { "url": peer.url() } } }).to_string();
    let world = World::of(&good);
    world.write("more.json", &more);
    let served = Served::start(&world, &["--no-auth"]);
    until_listed(&served, "mcp__one__echo", true).await;
    until_listed(&served, "mcp__more__echo", true).await;
    let greeted = peer.seen("server/discover").len();

    world.write("more.json", "{\"mcpServers\": {\n  \"more\" 1}}");
    insta::assert_snapshot!(until_told(&world, &served, "more.json").await, @"more.json:2:10: expected colon after the string or word in object property (its servers stay as they were)");
    let bad = config(&json!({ "one": { "urk": "canary" }, "two": { "url": peer.url() } }));
    world.write("keyway.yaml", &bad);
    until_listed(&served, "mcp__two__echo", true).await;
    insta::assert_snapshot!(until_told(&world, &served, "one").await, @"keyway.yaml:1:24: one: unknown field `urk` (the server stays as it was)");
    world.write("keyway.yaml", "mcp_servers:\n  one: [");
    insta::assert_snapshot!(until_told(&world, &served, "keyway.yaml").await, @"keyway.yaml:3:1: while parsing a node, did not find expected node content (its servers stay as they were)");
    for tool in ["mcp__one__echo", "mcp__two__echo", "mcp__more__echo"] {
        assert!(tools(&served).await.contains(&tool.to_owned()), "{tool}");
    }

    world.write("keyway.yaml", &good);
    world.write("more.json", &more);
    until_listed(&served, "mcp__two__echo", false).await;
    for name in ["keyway.yaml", "more.json", "one"] {
        until("all to be well", || async {
            reason(&world, &served, name).is_none()
        })
        .await;
    }
    // `two` was greeted, and nobody again.
    assert_eq!(peer.seen("server/discover").len(), greeted + 1);
    assert!(!served.log().contains("canary"));
}

#[tokio::test]
async fn a_hangup_reads_again_and_other_keys_need_a_restart() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let entry = json!({ "url": peer.url(), "headers": { "x-key": "@file:key" } });
    let world = World::of(&config(&json!({ "one": entry })));
    world.write("key", "first-canary");
    let served = Served::start(&world, &["--no-auth"]);
    until_listed(&served, "mcp__one__echo", true).await;

    // A secret that changed, in a file that is not watched.
    let greeted = peer.seen("server/discover").len();
    world.write("key", "second-canary");
    served.signal(Signal::HUP);
    until("another connection", || async {
        peer.seen("server/discover").len() > greeted
    })
    .await;
    until_listed(&served, "mcp__one__echo", true).await;

    let other = json!({ "mcp_servers": { "one": entry }, "shutdown": { "grace": "7s" } });
    world.write("keyway.yaml", &other.to_string());
    served.said("a restart is needed").await;
    let log = served.log();
    assert!(log.contains("shutdown.grace"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[tokio::test]
async fn saved_definitions_are_taken_over_and_a_hangup_does_it_at_once() {
    let action = |slug: &str| {
        let http = json!({ "url": "https://app.example/" });
        let action = json!({ "description": "x", "expose": ["mcp"], "http": http });
        json!({ "actions": { slug: action } }).to_string()
    };
    let world = World::of("{}");
    world.write("definitions/app.json", &action("app:one"));
    let served = Served::start(&world, &["--no-auth"]);
    until_listed(&served, "app-one", true).await;
    world.write("definitions/app.json", &action("app:two"));
    until_listed(&served, "app-two", true).await;
    assert!(!tools(&served).await.contains(&"app-one".to_owned()));

    world.write("definitions/app.json", "{ \"actions\": 7 }");
    served.signal(Signal::HUP);
    served.said("the configuration cannot be used").await;
    assert!(served.log().contains("app.json:1:14"), "{}", served.log());
    assert!(tools(&served).await.contains(&"app-two".to_owned()));
    world.write("definitions/app.json", &action("app:three"));
    served.signal(Signal::HUP);
    until_listed(&served, "app-three", true).await;
    until("the audit log has it", || async {
        let told = world.run(&["audit", "tail", "--json"]).ok().out;
        told.contains("definitions_changed") && told.contains("definitions_refused")
    })
    .await;
    assert!(served.stop().await.0.success());
}
