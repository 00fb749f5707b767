use keyway_testkit::models::Turn;
use serde_json::json;

use super::world::{Lab, agent, call, search};

#[tokio::test]
async fn a_researcher_uses_an_action_and_another_agent_and_says_what_it_found() {
    let writer = agent("writer")
        .description("Writes briefs")
        .system_prompt("You write one sentence.");
    let researcher = agent("researcher")
        .name("Research agent")
        .description("Finds things out")
        .system_prompt("You find things out.")
        .tool(search())
        .tool(writer);
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        call("agent__writer", json!({ "message": "Write about Ada" })),
        Turn::text(["Ada wrote ", "programs."]),
        Turn::text(["Here it is: Ada wrote programs."]),
    ];
    let lab = Lab::new(vec![researcher], turns).await;
    let answer = lab.prompt("researcher", "Who is Ada?").await;
    assert_eq!(answer["status"], "finished", "{answer}");
    assert_eq!(answer["text"], "Here it is: Ada wrote programs.");
    assert!(answer["error"].is_null());
    assert_eq!(lab.model.problems(), [""; 0]);

    assert_eq!(lab.tools(0), ["acme-search", "agent__writer"]);
    let first = lab.asked(0);
    assert_eq!(first["messages"][0]["content"], "You find things out.");
    assert_eq!(lab.told(1), r#"{"text":"found: Ada"}"#);
    let writers = lab.asked(2);
    assert_eq!(writers["messages"][0]["content"], "You write one sentence.");
    assert_eq!(writers["messages"][1]["content"], "Write about Ada");
    assert!(lab.tools(2).is_empty());
    assert!(
        lab.told(3).contains("Ada wrote programs."),
        "{}",
        lab.told(3)
    );

    let listed = lab.get(&lab.app.key, "/v1/agents").await.json();
    assert_eq!(listed["agents"][0]["slug"], "researcher");
    assert_eq!(listed["agents"][1]["slug"], "writer");
    let shown = lab.get(&lab.app.key, "/v1/agents/researcher").await;
    assert_eq!(
        shown.json()["tools"],
        json!(["acme:search", "agent:writer"])
    );
    assert!(!shown.text().contains("You find"), "its prompt is its own");
}

#[tokio::test]
async fn what_an_agent_does_is_in_the_audit_log_as_done_by_it_for_who_asked() {
    let researcher = agent("researcher").tool(search());
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        Turn::text(["done"]),
    ];
    let lab = Lab::new(vec![researcher], turns).await;
    let answer = lab.prompt("researcher", "Who is Ada?").await;
    let events = async || {
        let log = lab.get(&lab.app.key, "/v1/audit?kind=call&limit=50").await;
        log.json()["events"].as_array().unwrap().clone()
    };
    let of = |events: &[serde_json::Value], slug: &str| {
        let found = events
            .iter()
            .find(|event| event["record"]["target"]["id"] == slug);
        found.map(|event| event["record"].clone())
    };
    crate::support::wait::until("both calls to be written", || async {
        let events = events().await;
        of(&events, "acme:search").is_some() && of(&events, "agent:researcher").is_some()
    })
    .await;
    let events = events().await;
    let (own, tool) = (
        of(&events, "agent:researcher").unwrap(),
        of(&events, "acme:search").unwrap(),
    );
    assert_eq!(own["actor"], tool["actor"], "the same principal");
    assert_eq!(tool["details"]["agent"], "researcher", "{tool}");
    assert_eq!(tool["details"]["session"], answer["sessionId"]);
    assert!(own["details"]["agent"].is_null());
}

#[tokio::test]
async fn a_turn_is_followed_as_an_event_stream_that_ends_with_the_result() {
    let researcher = agent("researcher").tool(search());
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        Turn::text(["Ada", " it is"]),
    ];
    let lab = Lab::new(vec![researcher], turns).await;
    let stream = lab
        .app
        .post("/v1/agents/researcher/prompt")
        .header("accept", "text/event-stream")
        .json(&json!({ "message": "Who?" }))
        .send()
        .await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    let text = stream.text();
    let events: Vec<_> = text
        .split("\n\n")
        .filter_map(|event| event.split_once('\n'))
        .map(|(name, data)| {
            let data = data.strip_prefix("data: ").unwrap();
            let data: serde_json::Value = serde_json::from_str(data).unwrap();
            (name.strip_prefix("event: ").unwrap(), data)
        })
        .collect();
    let names: Vec<_> = events
        .iter()
        .map(|(name, data)| match data["type"].as_str() {
            Some(kind) => kind,
            None => name,
        })
        .collect();
    assert_eq!(
        names,
        [
            "session",
            "tool_started",
            "tool_finished",
            "text",
            "text",
            "result"
        ]
    );
    let (_, result) = events.last().unwrap();
    assert_eq!(result["text"], "Ada it is");
    assert_eq!(result["sessionId"], events[0].1["sessionId"]);
    let refused = lab
        .app
        .post("/v1/agents/nobody/prompt")
        .header("accept", "text/event-stream")
        .json(&json!({ "message": "Who?" }));
    assert_eq!(refused.send().await.status(), 404);
}
