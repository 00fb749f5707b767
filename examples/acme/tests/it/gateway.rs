use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyway_core::ports::Random as _;
use keyway_testkit::acme::Acme;
use keyway_vault::random::SystemRandom;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use crate::process::{Program, Served, World, told};

const KEY: &str = "canary-acme-key-61f0";

/// Sets the credential as the guide does.
fn set(world: &World, acme: &Acme, more: &[&str]) {
    let url = format!("url={}", acme.url());
    let set = [
        "credentials",
        "set",
        "acme",
        "--set",
        "apiKey=@env:ACME_API_KEY",
        "--set",
        &url,
    ];
    world.well(&[&set[..], more].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_set_and_an_agent_s_call_uses_it() {
    let acme = Acme::start(KEY).await;
    let world = World::new(Program::Acme).with("ACME_API_KEY", KEY);
    let gateway = Served::start(&world);
    let ticket = json!({ "title": "Printer", "body": "It burns." });
    let (status, missing) = gateway.call("acme:create-ticket", &ticket).await;
    assert_eq!(status, 409, "{missing}");
    assert!(missing.contains("keyway credentials set acme"), "{missing}");

    set(&world, &acme, &["--scope", "org"]);
    // The gateway learns of it within a second or two.
    let waiting = async {
        loop {
            let (status, answer) = gateway.call("acme:create-ticket", &ticket).await;
            if status != 409 {
                break (status, answer);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let called = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    let (status, answer) = called.expect("the gateway learns of it");
    assert_eq!((status, answer.as_str()), (200, r#"{"id":"T-1"}"#));
    let call = [
        "call",
        "acme:create-ticket",
        "--title",
        "Lamp",
        "--body",
        "It is dark.",
        "--json",
    ];
    let called = told(&world.well(&call));
    assert!(called.contains("T-2"), "{called}");
    assert_eq!(acme.tickets()[1]["title"], "Lamp");
    for received in acme.received() {
        assert_eq!(received.authorization, format!("Bearer {KEY}"));
    }
}

/// How often the key is changed: once, and more often where much is asked of tests.
fn rotations() -> usize {
    let cases = proptest::test_runner::Config::default().cases as usize;
    (cases / 256).max(1)
}

/// 200 calls a second, until told to stop. Answers how many there were.
async fn call_on(gateway: Arc<Served>, stop: Arc<AtomicBool>) -> usize {
    let mut calls = tokio::task::JoinSet::new();
    let mut ticks = interval(Duration::from_millis(5));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut done = 0;
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let gateway = Arc::clone(&gateway);
        calls.spawn(async move {
            let (status, answer) = gateway.call("acme:whoami", &json!({})).await;
            assert_eq!((status, answer.as_str()), (200, r#"{"name":"Ada"}"#));
        });
        // The machine may be slower than that.
        while calls.len() > 32 {
            calls.join_next().await.unwrap().unwrap();
            done += 1;
        }
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
        done += 1;
    }
    done
}

/// The key file's lines.
fn keys(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path().join(".keyway/master.key")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_changes_under_calls_and_no_call_fails() {
    let acme = Acme::start(KEY).await;
    let world = World::new(Program::Acme)
        .with("ACME_API_KEY", KEY)
        .with("KEYWAY_RATE_LIMIT_PRINCIPAL_LIMIT", "0");
    let gateway = Arc::new(Served::start(&world));
    for number in 0..20 {
        set(&world, &acme, &["--name", &format!("key {number}")]);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut calling = tokio::task::JoinSet::new();
    calling.spawn(call_on(Arc::clone(&gateway), Arc::clone(&stop)));
    for _ in 0..rotations() {
        let old = keys(&world).remove(0);
        for _ in 0..3 {
            let mut command = world.command(&["vault", "rotate"]);
            let mut child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut some = [0; 1];
            SystemRandom.fill(&mut some);
            tokio::time::sleep(Duration::from_millis(u64::from(some[0]) * 3)).await;
            let _ = child.kill();
            child.wait().unwrap();
        }
        // Somebody changes a credential meanwhile.
        set(&world, &acme, &["--name", "key 7"]);
        world.well(&["vault", "rotate"]);
        let verified = world.well(&["vault", "verify", "--json"]);
        let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
        assert_eq!(
            (&verified["older"], &verified["broken"]),
            (&json!(0), &json!([]))
        );
        world.well(&["vault", "retire", "--yes"]);
        let left = keys(&world);
        assert!(left.len() == 1 && left[0] != old);
    }
    stop.store(true, Ordering::Relaxed);
    let calls = calling.join_next().await.unwrap().expect("no call fails");
    assert!(calls > 100, "there were calls meanwhile: {calls}");
    assert!(!told(&world.well(&["audit", "verify"])).contains("BROKEN"));
}
