use keyway_testkit::models::Turn;
use serde_json::json;

use super::Office;
use crate::agents::world::call;
use crate::support::wait::until;
use crate::webhooks::world::different;

#[tokio::test]
async fn an_agent_is_mentioned_acts_answers_goes_on_and_is_taken_away() {
    let office = Office::open(vec![
        call("mcp_linear_get_issue", json!({ "issue": "ENG-1" })),
        call(
            "mcp_linear_update_status",
            json!({ "issue": "ENG-1", "status": "In Progress" }),
        ),
        Turn::text(["I am on it."]),
        call(
            "mcp_linear_update_labels",
            json!({ "issue": "ENG-1", "add": ["bug"] }),
        ),
        Turn::text(["It is labelled."]),
    ])
    .await;
    let Office { desk, linear, .. } = &office;
    assert_eq!(desk.state().await, "installed");
    let (session, mention) = linear.mention(&office.issue, "@keyway look into it");
    office.send(&mention).await;
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(first["rule"], "session_created");
    let read = desk.lab.told(1);
    assert!(read.contains("At the second joint"), "{read}");
    assert_eq!(office.field("state"), "In Progress");
    until("a thought", || async { office.said("thought").len() == 1 }).await;
    assert_eq!(office.said("response"), ["I am on it."]);
    let reply = desk.reply(&first).await;
    assert!(reply.at.is_some() && reply.error.is_none(), "{reply:?}");
    let posted = linear.thing(reply.id.as_deref().unwrap()).unwrap();
    let body = posted["content"]["body"].as_str().unwrap();
    let at = format!("/console/sessions/{})", first["session"].as_str().unwrap());
    assert!(
        body.starts_with("I am on it.") && body.ends_with(&at),
        "{body}"
    );
    assert!(reply.url.unwrap().contains("/agents/"));

    // What the person says next goes on with it, and what Linear sends again changes nothing.
    office.send(&mention).await;
    office.send(&linear.prompt(&session, "And label it")).await;
    let all = desk.settled(2, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(all[1]["duplicates"], 1);
    assert_eq!(office.said("response"), ["I am on it.", "It is labelled."]);
    assert_eq!(office.field("labels"), json!(["bug"]));
    let asked = desk.lab.asked(3)["messages"].to_string();
    assert!(
        asked.contains("I am on it.") && asked.contains("And label it"),
        "{asked}"
    );

    until("another thought", || async {
        office.said("thought").len() == 2
    })
    .await;

    // Nothing is left of it once the organization takes it away.
    assert!(desk.installation().await.token.is_some());
    office.send(&linear.uninstall()).await;
    assert_eq!(desk.state().await, "revoked");
    let kept = desk.installation().await;
    assert!(kept.token.is_none() && kept.token_expires_at.is_none());
    linear.forget_received();
    office.mention("@keyway are you there?").await;
    let last = desk.deliveries().await.remove(0);
    assert_eq!(
        (&last["state"], &last["rule"]),
        (&json!("ignored"), &json!("not_installed"))
    );
    assert!(desk.why(&last).await.contains("not installed when it came"));
    assert_eq!(desk.lab.model.asked().len(), 5, "nobody is woken");
    assert!(linear.received().is_empty(), "nothing is said");
    assert_eq!(desk.lab.model.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_asked_to_stop_stops_says_so_and_can_be_asked_again() {
    let office = Office::open(vec![
        Turn::trouble(keyway_testkit::models::Trouble::Hang),
        Turn::text(["Here I am."]),
    ])
    .await;
    let session = office.mention("@keyway look into it").await;
    office.desk.lab.model.wait_asked(1).await;
    office.send(&office.linear.stop(&session)).await;
    let all = office.desk.settled(2, &["dead", "ignored"]).await;
    assert_eq!(
        (&all[0]["rule"], &all[1]["lastError"]),
        (&json!("stop_signal"), &json!("turn_interrupted"))
    );
    assert_eq!(all[0]["conversation"], all[1]["conversation"]);
    let why = office.desk.why(&all[1]).await;
    assert!(why.contains("somebody stopped the turn"), "{why}");
    let told = office.said("error");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("stopped"), "{told:?}");
    office
        .send(&office.linear.prompt(&session, "Go on then"))
        .await;
    let all = office
        .desk
        .settled(3, &["dead", "ignored", "answered"])
        .await;
    assert_eq!(all[0]["session"], all[2]["session"]);
    assert_eq!(office.said("response"), ["Here I am."]);
}

#[tokio::test]
async fn attack_a_stop_that_is_sent_once_more_stops_nothing_that_was_begun_since() {
    let office = Office::open(vec![
        Turn::trouble(keyway_testkit::models::Trouble::Hang),
        Turn::trouble(keyway_testkit::models::Trouble::Hang),
    ])
    .await;
    let session = office.mention("@keyway look into it").await;
    office.desk.lab.model.wait_asked(1).await;
    let stop = office.linear.stop(&session);
    office.send(&stop).await;
    office.desk.settled(2, &["dead", "ignored"]).await;
    office
        .send(&office.linear.prompt(&session, "Go on then"))
        .await;
    office.desk.lab.model.wait_asked(2).await;
    for _ in 0..3 {
        office.send(&stop).await;
    }
    // As long as ending a turn takes, several times over.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let all = office.desk.deliveries().await;
    assert_eq!(all[0]["state"], "running", "{all:#?}");
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn what_waits_behind_a_turn_is_stopped_with_it_and_whoever_asked_is_told() {
    let office = Office::open(vec![
        Turn::trouble(keyway_testkit::models::Trouble::Hang),
        Turn::text(["Here I am."]),
    ])
    .await;
    let session = office.mention("@keyway look into it").await;
    office.desk.lab.model.wait_asked(1).await;
    office
        .send(&office.linear.prompt(&session, "And hurry"))
        .await;
    office.desk.settled(2, &["running", "queued"]).await;
    office.send(&office.linear.stop(&session)).await;
    let all = office.desk.settled(3, &["dead", "ignored"]).await;
    for told in [&all[1], &all[2]] {
        assert_eq!(told["lastError"], "turn_interrupted", "{told}");
    }
    assert_eq!(office.desk.lab.model.asked().len(), 1, "nothing was begun");
    let told = office.said("error");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|one| one.contains("stopped")), "{told:?}");
    office
        .send(&office.linear.prompt(&session, "Go on then"))
        .await;
    let states = ["dead", "ignored", "answered"];
    office.desk.settled(4, &states).await;
    assert_eq!(office.said("response"), ["Here I am."]);
}
