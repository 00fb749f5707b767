//! The command line beside a gateway that runs.

use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, KeyedPeer, Script};
use serde_json::{Value, json};

use super::world::CANARY;
use crate::support::wait::until;
use crate::support::{Served, World, mcp};

async fn tools(served: &Served) -> Vec<String> {
    let ask = served.ask(Method::POST, "/mcp");
    let answer = mcp::dress(ask, "tools/list", json!({})).send().await.json();
    let tools = answer["result"]["tools"].as_array().unwrap();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_command_line_changes_holds_in_the_gateway_that_runs() {
    let peer = KeyedPeer::start([(CANARY, Script::new(Era::Modern))]).await;
    let taken = HttpPeer::start(Script::new(Era::Modern)).await;
    let servers = json!({ "docs": { "url": taken.url() } });
    let config = json!({ "egress": { "allow": ["127.0.0.1"] }, "mcp_servers": servers });
    let world = World::of(&config.to_string()).with("ACME_TOKEN", CANARY);
    let served = Served::start(&world, &["--no-auth"]);
    let connectors = |arguments: &[&str]| world.run(&[&["connectors"], arguments].concat());

    let url = peer.url();
    let tried = connectors(&["test", &url]);
    assert_eq!(tried.code, 1, "{}", tried.told());
    let refused = connectors(&["add", "Acme MCP", &url]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    assert!(refused.err.contains("--no-test"), "{}", refused.told());
    let add = [
        "add",
        "Acme MCP",
        &url,
        "--token",
        "@env:ACME_TOKEN",
        "--scheme",
        "Bearer",
    ];
    let made = connectors(&add).ok();
    assert!(made.out.contains("mcp__acme-mcp"), "{}", made.out);
    until("its tools", || async {
        tools(&served)
            .await
            .iter()
            .any(|name| name == "mcp__acme-mcp__echo")
    })
    .await;
    let clash = connectors(&["add", "Docs", &url, "--no-test"]);
    assert!(
        clash.code != 0 && clash.err.contains("configured"),
        "{}",
        clash.told()
    );

    let shown = connectors(&["show", "acme-mcp", "--json"]).ok();
    assert_eq!(shown.json()["revision"], 1);
    let listed = connectors(&["list"]).ok();
    assert!(listed.out.contains("acme-mcp") && !listed.out.contains(CANARY));
    connectors(&["change", "acme-mcp", "--deny", "echo", "--role", "owner"]).ok();
    connectors(&["change", "acme-mcp", "--everybody"]).ok();
    until("the tool to go", || async {
        let tools = tools(&served).await;
        tools.iter().any(|name| name == "mcp__acme-mcp__progress")
            && !tools.iter().any(|name| name == "mcp__acme-mcp__echo")
    })
    .await;
    let before = peer.seen(CANARY, "server/discover").len();
    connectors(&["refresh", "acme-mcp"]).ok();
    until("a new connection", || async {
        peer.seen(CANARY, "server/discover").len() > before
    })
    .await;
    connectors(&["disable", "acme-mcp"]).ok();
    until("it to be off", || async {
        !tools(&served)
            .await
            .iter()
            .any(|name| name.starts_with("mcp__acme"))
    })
    .await;
    connectors(&["enable", "acme-mcp"]).ok();
    until("it to be on", || async {
        tools(&served)
            .await
            .iter()
            .any(|name| name.starts_with("mcp__acme"))
    })
    .await;

    // It is there again after a restart, with its token.
    let (status, log) = served.stop().await;
    assert!(status.success() && !log.contains(CANARY), "{log}");
    let served = Served::start(&world, &["--no-auth"]);
    until("it to be back", || async {
        tools(&served)
            .await
            .iter()
            .any(|name| name.starts_with("mcp__acme"))
    })
    .await;

    let nothing = connectors(&["change", "acme-mcp"]);
    assert_eq!(nothing.code, 2, "{}", nothing.told());
    let unsure = connectors(&["remove", "acme-mcp"]);
    assert_eq!(unsure.code, 2, "{}", unsure.told());
    connectors(&["remove", "acme-mcp", "--yes"]).ok();
    until("it to be gone", || async {
        !tools(&served)
            .await
            .iter()
            .any(|name| name.starts_with("mcp__acme"))
    })
    .await;
    let (status, log) = served.stop().await;
    assert!(status.success());
    assert!(!log.contains(CANARY), "{log}");
}
