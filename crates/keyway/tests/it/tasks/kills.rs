use std::time::Duration;

use http::Method;
use keyway_testkit::models::{ModelServer, Trouble, Turn};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::world::{request, tasks};
use crate::agents::world::section;
use crate::support::{Served, World};

const AGENT: &str = "agents: { slow: { model: lab/test-1, expose: [mcp] } }\n";
/// The hold of whoever was killed has to run out.
const PATIENCE: Duration = Duration::from_mins(2);

async fn ask(served: &Served, method: &str, params: Value) -> Value {
    let ask = request(served.ask(Method::POST, "/mcp"), method, params, &tasks());
    ask.send().await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_survives_a_kill_and_goes_on_where_it_was_cut_off() {
    let turns = vec![
        Turn::text(["half", "never"]).with(Trouble::HangAfter(1)),
        Turn::text(["whole"]),
    ];
    let model = ModelServer::start(turns).await;
    let world = World::of(&format!("{AGENT}{}", section(&model)));
    let served = Served::start(&world, &["--no-auth"]);
    let params = json!({ "name": "agent__slow", "arguments": { "message": "Do it" } });
    let begun = ask(&served, "tools/call", params).await["result"].clone();
    let id = begun["taskId"]
        .as_str()
        .unwrap_or_else(|| panic!("{begun}"))
        .to_owned();
    model.wait_asked(1).await;
    served.signal(Signal::KILL);
    served.ended().await;

    let served = Served::start(&world, &["--no-auth"]);
    let until = tokio::time::Instant::now() + PATIENCE;
    let ended = loop {
        let task = ask(&served, "tasks/get", json!({ "taskId": id })).await["result"].clone();
        if task["status"] != "working" {
            break task;
        }
        assert!(tokio::time::Instant::now() < until, "{task}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(ended["status"], "completed", "{ended}");
    let answer = &ended["result"]["structuredContent"];
    assert_eq!(answer["text"], "whole", "{ended}");
    let asked = model.asked();
    assert_eq!(asked.len(), 2);
    let told = asked[1].body["messages"].to_string();
    assert_eq!(told.matches("Do it").count(), 1, "it is said once: {told}");
    assert!(
        told.contains(&format!("[{id}]")),
        "and gone on with: {told}"
    );
    let session = answer["sessionId"].as_str().unwrap();
    let events = served.ask(Method::GET, &format!("/v1/sessions/{session}/events"));
    let events = events.send().await.json();
    let events = events["events"].as_array().unwrap().iter();
    let ends: Vec<_> = events
        .filter(|event| event["type"] == "turn_ended")
        .map(|event| event["reason"]["kind"].clone())
        .collect();
    assert_eq!(ends, ["interrupted", "finished"]);
}
