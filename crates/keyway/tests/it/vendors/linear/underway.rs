use keyway_testkit::linear::Misbehaviour;
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::Office;
use crate::agents::world::call;
use crate::support::wait::until;
use crate::vendors::world::{Gate, lab_set};

/// The activities that say what tool is called.
fn actions(office: &Office) -> Vec<Value> {
    let mut all = office.linear.things("AgentActivity");
    all.retain(|one| one["content"]["type"] == "action");
    all
}

#[tokio::test]
async fn what_goes_on_in_a_turn_is_told_in_its_agent_session_and_the_answer_is_the_last_word() {
    let (gate, wait) = Gate::new();
    let script = vec![
        Turn {
            text: vec!["I look at the joint.".to_owned()],
            ..call("acme-wait", json!({}))
        },
        Turn::text(["It was the second joint."]),
    ];
    let office = Office::of(lab_set(vec![wait], script, |_| {}).await, &json!({})).await;
    let session = office.mention("look into it").await;
    gate.reached().await;
    until("what it says and what it calls", || async {
        office.said("thought").len() == 2 && actions(&office).len() == 1
    })
    .await;
    assert!(
        office
            .said("thought")
            .contains(&"I look at the joint.".to_owned())
    );
    let action = actions(&office).remove(0);
    let content = json!({ "type": "action", "action": "Calling", "parameter": "acme-wait" });
    assert_eq!(
        (&action["content"], &action["ephemeral"]),
        (&content, &json!(true))
    );
    let shown = office.linear.thing(&session).unwrap()["activities"].clone();
    assert!(shown.as_array().unwrap().contains(&action["id"]), "{shown}");
    gate.open();
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said("response"), ["It was the second joint."]);
    let there = office.linear.thing(&session).unwrap();
    assert_eq!(there["status"], "complete");
    let shown = there["activities"].as_array().unwrap();
    assert!(
        !shown.contains(&action["id"]),
        "it is gone with the next: {shown:?}"
    );
    let last = office.linear.thing(shown.last().unwrap().as_str().unwrap());
    assert_eq!(last.unwrap()["content"]["type"], "response");
    // More of it is to be seen here.
    let delivery = office.desk.deliveries().await.remove(0);
    let at = format!(
        "/console/sessions/{}",
        delivery["session"].as_str().unwrap()
    );
    let urls = there["externalUrls"].as_array().unwrap();
    assert_eq!(urls.len(), 1, "{urls:?}");
    assert!(urls[0]["url"].as_str().unwrap().ends_with(&at), "{urls:?}");
}

#[tokio::test]
async fn attack_what_a_tool_is_called_with_and_answers_is_told_to_nobody_who_follows() {
    let (gate, wait) = Gate::new();
    let script = vec![
        call("mcp_linear_get_issue", json!({ "issue": "ENG-1" })),
        call("acme-wait", json!({})),
        Turn::text(["Done."]),
    ];
    let office = Office::of(lab_set(vec![wait], script, |_| {}).await, &json!({})).await;
    office.mention("look into it").await;
    gate.reached().await;
    until("a call to be told", || async {
        !actions(&office).is_empty()
    })
    .await;
    gate.open();
    office.desk.settled(1, &["answered"]).await;
    for action in actions(&office) {
        let told = action["content"].to_string();
        assert!(!told.contains("ENG-1") && !told.contains("joint"), "{told}");
    }
}

#[tokio::test]
async fn a_linear_that_takes_no_progress_gets_the_answer_all_the_same() {
    let (gate, wait) = Gate::new();
    let script = vec![
        call("acme-wait", json!({})),
        Turn::text(["It was the second joint."]),
    ];
    let office = Office::of(lab_set(vec![wait], script, |_| {}).await, &json!({})).await;
    let step = "\"ephemeral\":true";
    office.linear.misbehave_at(step, Misbehaviour::Fails);
    office.mention("look into it").await;
    gate.reached().await;
    until("it to be refused", || async {
        let all = office.linear.received();
        all.iter().any(|one| one.body.to_string().contains(step))
    })
    .await;
    gate.open();
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.said("response"), ["It was the second joint."]);
}

#[tokio::test]
async fn a_publication_that_may_say_nothing_tells_nothing_of_its_turns() {
    let script = vec![
        call("mcp_linear_get_issue", json!({ "issue": "ENG-1" })),
        Turn::text(["It was the second joint."]),
    ];
    let changes = json!({ "scopes": ["issue.read"] });
    let office = Office::of(lab_set(Vec::new(), script, |_| {}).await, &changes).await;
    let session = office.mention("look into it").await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(office.linear.things("AgentActivity"), Vec::<Value>::new());
    let there = office.linear.thing(&session).unwrap();
    assert_eq!(there["externalUrls"], json!([]));
}
