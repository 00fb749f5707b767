use http::Method;
use keyway_core::Kind;
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::actions::{failing, say_back};
use crate::support::app::TestApp;
use crate::support::wait::until;
use crate::support::{Served, World, mcp};

async fn call(app: &TestApp, name: &str, arguments: Value) {
    let params = json!({ "name": name, "arguments": arguments });
    mcp::modern(app, "tools/call", params).send().await;
}

#[tokio::test]
async fn calls_are_added_up_by_tool_with_what_failed_and_what_was_denied() {
    let app = TestApp::with([say_back(), failing("busy", Kind::Unavailable)]).await;
    let empty = app.get("/v1/stats").send().await.json();
    assert_eq!(
        empty["totals"],
        json!({ "calls": 0, "errors": 0, "denied": 0, "cancelled": 0 })
    );
    for _ in 0..3 {
        call(&app, "say-back", json!({ "text": "canary" })).await;
    }
    call(&app, "say-back", json!({ "text": 7 })).await;
    call(&app, "fail-busy", json!({})).await;
    for name in ["canary-one", "canary-two"] {
        call(&app, name, json!({})).await;
    }
    let stats = async |query: &str| app.get(&format!("/v1/stats{query}")).send().await.json();
    until("all calls", || async {
        stats("").await["totals"]["calls"] == 7
    })
    .await;
    let day = stats("").await;
    assert_eq!(
        (&day["totals"]["errors"], &day["totals"]["denied"]),
        (&json!(1), &json!(3))
    );
    let median = day["totals"]["p50Us"].as_u64().unwrap();
    assert!(median <= day["totals"]["p95Us"].as_u64().unwrap());
    let of = |name: &str| {
        let tools = day["tools"].as_array().unwrap();
        tools
            .iter()
            .find(|tool| tool["tool"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(of("say-back")["calls"], 4);
    assert_eq!(of("fail-busy")["errors"], 1);
    assert_eq!(
        of("(unknown)")["denied"],
        2,
        "names that nothing has are one"
    );
    assert!(!day.to_string().contains("canary"), "{day}");
    let sum = |stats: &Value| -> u64 {
        let series = stats["series"].as_array().unwrap();
        series
            .iter()
            .map(|point| point["calls"].as_u64().unwrap())
            .sum()
    };
    assert_eq!(sum(&day), 7);
    let steps = day["series"].as_array().unwrap().len();
    assert!(
        (277..=288).contains(&steps),
        "{steps} steps of five minutes"
    );
    let week = stats("?window=7d").await;
    assert_eq!(
        (week["series"].as_array().unwrap().len(), sum(&week)),
        (168, 7)
    );
    let one = stats("?tool=say-back").await;
    assert_eq!((&one["totals"]["calls"], sum(&one)), (&json!(4), 4));
    assert_eq!(stats("?tool=nothing").await["totals"]["calls"], 0);
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_refused_without_being_repeated() {
    let app = TestApp::with([]).await;
    for (query, status, code) in [
        ("?canary=1", 400, "malformed_query"),
        ("?window=canary", 422, "invalid_input"),
        ("?server=canary&tool=canary", 422, "invalid_input"),
    ] {
        let answer = app.get(&format!("/v1/stats{query}")).send().await;
        assert_eq!(answer.status(), status, "{query}: {}", answer.text());
        assert_eq!(answer.json()["code"], code);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
}

/// The states that a server was in, the oldest first.
fn states(told: &Value) -> Vec<String> {
    let history = told["history"].as_array().cloned().unwrap_or_default();
    let all = history
        .iter()
        .rev()
        .map(|change| change["state"].as_str().unwrap().to_owned());
    all.filter(|state| state != "configured" && state != "connecting")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_counted_and_how_a_server_fared_outlives_the_process() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = World::of(&format!("mcp_servers:\n  peer:\n    url: {}\n", peer.url()));
    let stats = || {
        world
            .run(&["stats", "--server", "peer", "--json"])
            .ok()
            .json()
    };
    for (round, signal) in [(1, Signal::TERM), (2, Signal::KILL), (3, Signal::TERM)] {
        let served = Served::start(&world, &["--no-auth"]);
        until("the peer's tool", || async {
            let params = json!({ "name": "mcp__peer__echo", "arguments": {} });
            let ask = mcp::dress(served.ask(Method::POST, "/mcp"), "tools/call", params);
            ask.send().await.text().contains("echo\":")
        })
        .await;
        until("the call is counted", || async {
            let stats = stats();
            stats["totals"]["calls"] == round && states(&stats).last().unwrap() == "connected"
        })
        .await;
        served.signal(signal);
        served.ended().await;
    }
    let stats = stats();
    assert_eq!(stats["tools"][0]["tool"], "mcp__peer__echo");
    assert_eq!(stats["servers"][0]["state"], "stopped");
    let up = stats["servers"][0]["availability"].as_f64().unwrap();
    assert!(up > 0.0 && up <= 1.0, "{up}");
    let round = ["connected", "stopped"];
    assert_eq!(states(&stats), [round, round, round].concat());
    let told = world.run(&["stats", "--server", "peer"]).ok().out;
    assert!(told.contains("3 calls, 0 failed, 0 denied"), "{told}");
    assert!(told.contains("mcp__peer__echo  3      0"), "{told}");
    let none = world.run(&["stats", "--tool", "nothing"]).ok().out;
    assert!(none.contains("0 calls"), "{none}");
    assert_eq!(world.run(&["stats", "--window", "1y"]).code, 2);
}
