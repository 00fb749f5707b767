//! A gateway and commands next to it, on one data directory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use http::Method;
use serde_json::Value;

use crate::support::{Served, World};

const STREAMS: usize = 4;
const COMMANDS: usize = 12;

/// Calls an action until it is told to end, and a few times at least; answers how often.
async fn call(served: &Served, done: &AtomicBool) -> usize {
    let mut calls = 0;
    while calls < 50 || !done.load(Ordering::Acquire) {
        let ask = served.ask(Method::POST, "/v1/actions/status");
        assert_eq!(ask.send().await.status(), 200);
        calls += 1;
    }
    calls
}

/// Makes API keys with a process each, two at a time.
fn make_keys(world: &World) {
    std::thread::scope(|scope| {
        for stream in 0..2 {
            scope.spawn(move || {
                for nth in 0..COMMANDS / 2 {
                    let name = format!("key-{stream}-{nth}");
                    world.run(&["api-keys", "create", &name]).ok();
                }
            });
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_write_audit_at_once_leave_one_whole_chain() {
    let world = Arc::new(World::of("audit: {commit_interval: 5ms}\n"));
    let served = Served::start(&world, &["--no-auth"]);
    let done = AtomicBool::new(false);
    let commands = async {
        let world = Arc::clone(&world);
        let ran = tokio::task::spawn_blocking(move || make_keys(&world)).await;
        done.store(true, Ordering::Release);
        ran.unwrap();
    };
    let calling = join_all((0..STREAMS).map(|_| call(&served, &done)));
    let ((), calls) = tokio::join!(commands, calling);
    let calls: usize = calls.into_iter().sum();
    assert!(served.stop().await.0.success());

    let verified = world.run(&["audit", "verify", "--json"]).ok();
    assert_eq!(verified.json()["whole"], true, "{}", verified.out);
    let exported = world.run(&["audit", "export"]).ok().out;
    let events: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["type"] == "event")
        .collect();
    let ended = |kind: &str| {
        let of_kind = events
            .iter()
            .filter(|event| event["record"]["kind"] == kind);
        of_kind
            .filter(|event| event["record"]["outcome"] == "ok")
            .count()
    };
    assert_eq!(ended("call"), calls);
    assert_eq!(ended("api_key_made"), COMMANDS);
    // Both really wrote at the same time: the one's events stand between the other's.
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["record"]["kind"] == "call")
        .collect();
    let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns > COMMANDS / 2, "{turns} turns");
}
