use keyway_testkit::linear::Misbehaviour;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::Office;
use super::answers::commented;
use crate::agents::world::{Lab, agent, call};
use crate::support::wait::until;
use crate::vendors::world::{Gate, lab, lab_set};
use crate::webhooks::world::AGENT;

#[tokio::test]
async fn a_model_that_fails_for_good_is_told_once_where_it_was_asked() {
    let script = vec![Turn::status(401), Turn::status(401)];
    let lab = lab_set(Vec::new(), script, |config| config.deliveries.attempts = 2).await;
    let office = Office::of(lab, &json!({})).await;
    let session = office.mention("@keyway look into it").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(dead["lastError"], "model_key_refused");
    let why = office.desk.why(&dead).await;
    assert!(why.contains("model_key_refused"), "{why}");
    let told = office.said("error");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("I could not answer this: "), "{told:?}");
    assert!(
        !told[0].contains("key"),
        "nothing of what is inside: {told:?}"
    );
    assert!(office.desk.reply(&dead).await.at.is_some());
    let there = office.linear.thing(&session).unwrap();
    assert_eq!(there["status"], "error");
}

#[tokio::test]
async fn a_budget_that_is_spent_is_told_where_it_was_asked() {
    let script = vec![
        call("mcp_linear_get_issue", json!({ "issue": "ENG-1" })).costing(900, 200),
        Turn::text(["never"]),
    ];
    let lab = Lab::set(
        vec![agent(AGENT).tokens(1_000)],
        Vec::new(),
        script,
        |config| {
            config.egress.allow = vec!["localhost".to_owned()];
        },
    )
    .await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("@keyway look into it").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(
        (&dead["lastError"], &dead["attempts"]),
        (&json!("agent_budget_spent"), &json!(1))
    );
    let why = office.desk.why(&dead).await;
    assert!(why.contains("the agent used up its budget"), "{why}");
    assert_eq!(
        office.said("error"),
        ["I could not answer this: the agent used up its budget."]
    );
}

#[tokio::test]
async fn that_there_is_no_answer_is_said_once_and_stays_so() {
    let script = vec![
        call("mcp_linear_get_issue", json!({ "issue": "ENG-1" })).costing(900, 200),
        Turn::text(["an answer after all"]),
    ];
    let lab = Lab::set(
        vec![agent(AGENT).tokens(1_000)],
        Vec::new(),
        script,
        |config| config.egress.allow = vec!["localhost".to_owned()],
    );
    let office = Office::of(lab.await, &json!({})).await;
    let linear = &office.linear;
    linear.misbehave_at("\"type\":\"error\"", Misbehaviour::DropsAnswer);
    office.mention("@keyway look into it").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(
        (&dead["lastError"], &dead["attempts"]),
        (&json!("agent_budget_spent"), &json!(2))
    );
    assert_eq!(office.said("error").len(), 1);
    assert!(office.said("response").is_empty());
    assert_eq!(office.desk.lab.model.asked().len(), 1);
    assert!(office.desk.reply(&dead).await.at.is_some());
}

#[tokio::test]
async fn what_comes_while_the_publication_is_paused_wakes_nobody_and_says_why() {
    let office = Office::open(vec![Turn::text(["Here."])]).await;
    let Office { desk, linear, .. } = &office;
    assert_eq!(desk.change(&json!({ "paused": true })).await.status(), 200);
    let (_, mention) = linear.mention(&office.issue, "@keyway?");
    office.send(&mention).await;
    let ignored = desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(ignored["rule"], "publication_paused");
    assert!(desk.why(&ignored).await.contains("paused when it came"));
    assert!(office.said("thought").is_empty());
    assert_eq!(desk.change(&json!({ "paused": false })).await.status(), 200);
    office.send(&mention).await;
    desk.settled(1, &["answered"]).await;
    assert_eq!(office.said("response"), ["Here."]);
}

#[tokio::test]
async fn an_answer_that_is_refused_for_good_says_why_and_the_turn_counts() {
    let (gate, wait) = Gate::new();
    let script = vec![call("acme-wait", json!({})), Turn::text(["Both."])];
    let lab = lab_set(vec![wait], script, |_| {}).await;
    let changes = json!({ "triggers": { "events": ["comment"] } });
    let office = Office::of(lab, &changes).await;
    let comment = office
        .linear
        .add_comment(&office.issue, None, "Which joint?");
    office.send(&commented(&office, &comment)).await;
    gate.reached().await;
    office.linear.archive(&office.issue);
    gate.open();
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    let reply = office.desk.reply(&answered).await;
    assert_eq!(
        (reply.at, reply.error.as_deref()),
        (None, Some("target_archived"))
    );
    let why = office.desk.why(&answered).await;
    assert!(why.contains("target_archived"), "{why}");
    assert_eq!(office.linear.things("Comment").len(), 1);
}

#[tokio::test]
async fn a_publication_that_may_say_nothing_answers_nobody_and_says_why() {
    let changes = json!({ "scopes": ["issue.read"] });
    let office = Office::of(lab(vec![Turn::text(["Here."])]).await, &changes).await;
    office.mention("@keyway?").await;
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    let reply = office.desk.reply(&answered).await;
    assert_eq!(reply.error.as_deref(), Some("publication_scope_missing"));
    let why = office.desk.why(&answered).await;
    assert!(why.contains("publication_scope_missing"), "{why}");
    assert!(office.linear.things("AgentActivity").is_empty());
}

#[tokio::test]
async fn what_is_taken_away_while_a_turn_runs_ends_it() {
    let (gate, wait) = Gate::new();
    let script = vec![call("acme-wait", json!({})), Turn::text(["never"])];
    let lab = lab_set(vec![wait], script, |_| {}).await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("@keyway look into it").await;
    gate.reached().await;
    office.send(&office.linear.uninstall()).await;
    assert_eq!(office.desk.state().await, "revoked");
    // Nobody opens the gate.
    until("the turn to end", || async {
        let all = office.desk.deliveries().await;
        all.iter().any(|one| one["state"] == "dead")
    })
    .await;
    assert!(office.said("response").is_empty());
    assert_eq!(office.desk.lab.model.asked().len(), 1);
}
