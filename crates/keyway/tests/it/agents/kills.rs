use http::Method;
use keyway_testkit::models::{ModelServer, Trouble, Turn};
use serde_json::{Value, json};

use super::world::section;
use crate::support::wait::until;
use crate::support::{Served, World};

const AGENT: &str = "agents: { slow: { model: lab/test-1 } }\n";

async fn prompt(served: &Served, session: Option<&str>) -> Value {
    let mut body = json!({ "message": "go" });
    if let Some(session) = session {
        body["sessionId"] = session.into();
    }
    let ask = served.ask(Method::POST, "/v1/agents/slow/prompt");
    ask.json(&body).send().await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_cut_off_by_a_kill_is_interrupted_and_the_next_message_goes_on() {
    let turns = vec![
        Turn::text(["one"]),
        Turn::text(["two", "never"]).with(Trouble::HangAfter(1)),
        Turn::text(["three"]),
    ];
    let model = ModelServer::start(turns).await;
    let world = World::of(&format!("{AGENT}{}", section(&model)));
    let served = Served::start(&world, &["--no-auth"]);
    let first = prompt(&served, None).await;
    let session = first["sessionId"].as_str().unwrap().to_owned();
    let body = json!({ "message": "cut", "sessionId": session });
    let cut = served
        .ask(Method::POST, "/v1/agents/slow/prompt")
        .json(&body)
        .try_open();
    let cut = tokio::spawn(cut);
    model.wait_asked(2).await;
    served.signal(rustix::process::Signal::KILL);
    served.ended().await;
    assert!(cut.await.unwrap().is_err());

    let served = Served::start(&world, &["--no-auth"]);
    let path = format!("/v1/sessions/{session}");
    // Until the lease of who was killed has run out.
    until("the turn to count as interrupted", || async {
        let shown = served.ask(Method::GET, &path).send().await.json();
        shown["status"] == "interrupted"
    })
    .await;
    let third = prompt(&served, Some(&session)).await;
    assert_eq!(third["text"], "three", "{third}");
    let events = served.ask(Method::GET, &format!("{path}/events")).send();
    let events = events.await.json();
    let ends: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["type"] == "turn_ended")
        .map(|event| event["reason"]["kind"].clone())
        .collect();
    assert_eq!(ends, ["finished", "interrupted", "finished"]);
}
