//! What the audit log of a real process still has after it was killed.

use std::time::Duration;

use http::Method;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::wait::until;
use crate::support::{Served, World, mcp};

/// What `audit export` has, line by line.
fn exported(world: &World) -> Vec<Value> {
    let out = world.run(&["audit", "export"]).ok().out;
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| line["type"] == "event")
        .collect()
}

fn whole(world: &World) {
    let ran = world.run(&["audit", "verify", "--json"]).ok();
    assert_eq!(ran.json()["whole"], true, "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_writing_call_that_ran_is_in_the_log_of_a_killed_gateway() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = World::of(&format!("mcp_servers:\n  peer:\n    url: {}\n", peer.url()));
    let served = Served::start(&world, &["--no-auth"]);
    let ask = |tool: &str| {
        let params = json!({ "name": tool, "arguments": {} });
        mcp::dress(served.ask(Method::POST, "/mcp"), "tools/call", params)
    };
    until("the peer's tools", || async {
        ask("mcp__peer__echo")
            .send()
            .await
            .text()
            .contains("echo\":")
    })
    .await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let calling = (0..500).map(|_| ask("mcp__peer__echo")).collect::<Vec<_>>();
        calls.spawn(async move {
            for ask in calling {
                if ask.try_open().await.is_err() {
                    return;
                }
            }
        });
    }
    until("some calls", || async {
        peer.seen("tools/call").len() > 200
    })
    .await;
    served.signal(Signal::KILL);
    served.ended().await;
    calls.shutdown().await;
    let ran = peer.seen("tools/call").len();
    let intents = exported(&world)
        .iter()
        .filter(|line| line["record"]["phase"] == "intent")
        .filter(|line| line["record"]["server"] == "peer")
        .count();
    assert!(intents >= ran, "{ran} calls ran, {intents} are in the log");
    whole(&world);
}

#[tokio::test]
async fn of_reads_a_killed_gateway_loses_one_commit_interval_at_most() {
    let world = World::of("audit: {commit_interval: 50ms}\n");
    let served = Served::start(&world, &["--no-auth"]);
    let mut answered = Vec::new();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        let ask = served.ask(Method::POST, "/v1/actions/status");
        assert_eq!(ask.send().await.status(), 200);
        answered.push(Instant::now());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let killed = Instant::now();
    served.signal(Signal::KILL);
    served.ended().await;
    // The interval, and what a busy machine needs to write a batch.
    let sure = Duration::from_millis(50) + Duration::from_secs(1);
    let must = answered
        .iter()
        .filter(|at| killed.duration_since(**at) > sure)
        .count();
    let reads = exported(&world)
        .iter()
        .filter(|line| line["record"]["target"]["id"] == "status")
        .count();
    assert!(
        must > 50 && reads >= must,
        "{reads} of {must} reads are in the log"
    );
    whole(&world);
}

#[tokio::test]
async fn servers_that_come_and_go_are_in_the_log() {
    let world = World::of("mcp_servers: {one: {url: 'http://127.0.0.1:9/mcp'}}\n");
    let served = Served::start(&world, &["--no-auth"]);
    world.write(
        "keyway.yaml",
        "mcp_servers: {two: {url: 'http://127.0.0.1:9/mcp'}}\n",
    );
    until("the change", || async {
        served.log().contains("MCP servers changed")
    })
    .await;
    assert!(served.stop().await.0.success());
    let changes: Vec<_> = exported(&world)
        .iter()
        .filter(|line| line["record"]["kind"] == "servers_changed")
        .map(|line| line["record"]["details"].clone())
        .collect();
    assert_eq!(changes[0], json!({ "added": ["one"] }));
    assert_eq!(changes[1], json!({ "added": ["two"], "removed": ["one"] }));
}
