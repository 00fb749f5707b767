//! Deliveries whose turn comes to no good end: a kill cuts it off in the middle of a call, or the agent is gone.

use std::time::Duration;

use http::Method;
use keyway_testkit::models::{ModelServer, Turn};
use keyway_testkit::peers::{Era, HttpPeer, Script};
use rustix::process::Signal;
use serde_json::Value;

use super::command_line::{published as published_alone, timeless};
use super::world::{event, settings, signature};
use crate::agents::world::{call, section};
use crate::support::wait::until;
use crate::support::{Served, World};

/// Longer than whoever was killed holds what they had.
const PATIENCE: Duration = Duration::from_mins(2);

/// A directory whose agent may call a peer, published with a limit of one turn a day and a session.
async fn published(peer: &HttpPeer, model: &ModelServer) -> (World, Value) {
    let world = World::of(&format!(
        "agents: {{ triage: {{ model: lab/test-1, tools: [mcp__peer__hang] }} }}\n\
         mcp_servers:\n  peer:\n    url: {}\napprovals: {{ default: off }}\n{}",
        peer.url(),
        section(model)
    ));
    Served::start(&world, &[]).stop().await;
    let mut settings = settings();
    settings["verification"] = timeless();
    world.write("settings.json", &settings.to_string());
    let robot = world
        .run(&["service-accounts", "create", "robot", "--json"])
        .ok();
    let robot = robot.json()["id"].as_str().unwrap().to_owned();
    let made = world.run(&[
        "publications",
        "add",
        "Tickets",
        "--agent",
        "triage",
        "--service-account",
        &robot,
        "--settings",
        "settings.json",
        "--granularity",
        "per_thread",
        "--limit",
        "turnsPerDay=1",
        "--limit",
        "turnsPerSession=1",
        "--json",
    ]);
    (world, made.ok().json())
}

fn deliveries(world: &World) -> Vec<Value> {
    let listed = world.run(&["deliveries", "list", "--json"]).ok();
    listed.json()["deliveries"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_cut_off_by_a_kill_is_one_turn_and_its_call_is_not_made_again() {
    let peer = HttpPeer::start(Script::new(Era::Modern)).await;
    let turns = vec![
        call("mcp__peer__hang", serde_json::json!({ "marker": "cut" })),
        Turn::text(["Looked into."]),
    ];
    let model = ModelServer::start(turns).await;
    let (world, made) = published(&peer, &model).await;
    let id = made["id"].as_str().unwrap();
    let secret = made["secret"].as_str().unwrap();
    let listed = peer.seen("tools/list").len();
    let served = Served::start(&world, &[]);
    // Its tools are there once they were listed.
    until("the peer's tools", || async {
        peer.seen("tools/list").len() > listed
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let body = event("e1", "7", "look").to_string();
    let ask = served.ask(Method::POST, &format!("/webhook/webhook/{id}"));
    let ask = ask.header("x-sign", &signature(secret, &[body.as_bytes()]));
    assert_eq!(ask.body(body).send().await.status(), 200);
    let came = || {
        let seen = peer.seen("tools/call");
        let with = |one: &&keyway_testkit::peers::Seen| one.json().to_string().contains("\"cut\"");
        seen.iter().filter(with).count()
    };
    until("the call at the peer", || async { came() == 1 }).await;
    served.signal(Signal::KILL);
    served.ended().await;

    let served = Served::start(&world, &[]);
    let until = tokio::time::Instant::now() + PATIENCE;
    let delivery = loop {
        let all = deliveries(&world);
        let state = all[0]["state"].as_str().unwrap().to_owned();
        if state == "answered" || state == "dead" {
            break all[0].clone();
        }
        assert!(tokio::time::Instant::now() < until, "{all:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    };
    // It is the one turn that the day and the session may have: it goes on, and does not begin anew.
    assert_eq!(delivery["state"], "answered", "{delivery}");
    assert_eq!(came(), 1, "what may have been done is not done again");
    assert_eq!(model.asked().len(), 2);
    let told = model.asked()[1].body["messages"].to_string();
    assert!(told.contains("find out before"), "{told}");
    let usage = world.run(&["publications", "usage", id, "--json"]).ok();
    assert_eq!(usage.json()["days"][0]["turns"], 1, "{}", usage.told());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_for_an_agent_that_is_gone_is_given_up_and_why_says_so() {
    let (world, made, model) = published_alone(timeless()).await;
    let other = "agents: { other: { model: lab/test-1 } }\n";
    world.write("keyway.yaml", &format!("{other}{}", section(&model)));
    let served = Served::start(&world, &[]);
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let body = event("e1", "7", "look").to_string();
    let ask = served.ask(Method::POST, &format!("/webhook/webhook/{id}"));
    let ask = ask.header("x-sign", &signature(secret, &[body.as_bytes()]));
    assert_eq!(ask.body(body).send().await.status(), 200);
    until("the delivery to be given up", || async {
        deliveries(&world)[0]["state"] == "dead"
    })
    .await;
    let delivery = deliveries(&world).remove(0);
    assert_eq!(delivery["lastError"], "agent_not_found", "{delivery}");
    assert_eq!(delivery["attempts"], 1, "it does not come back by waiting");
    let delivery = delivery["id"].as_str().unwrap();
    let why = world.run(&["deliveries", "why", delivery]).ok();
    assert!(
        why.out.contains("the agent is not defined any more"),
        "{}",
        why.told()
    );
    let usage = world.run(&["publications", "usage", id, "--json"]).ok();
    assert_eq!(usage.json()["days"], serde_json::json!([]), "no turn began");
    assert!(model.asked().is_empty());
    served.stop().await;
}
