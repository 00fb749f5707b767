use keyway_testkit::models::Turn;
use keyway_testkit::slack::Misbehaviour;
use serde_json::json;

use super::{Office, texts};
use crate::agents::world::call;
use crate::vendors::world::{Gate, lab_set};

#[tokio::test]
async fn a_model_that_fails_for_good_is_told_once_where_it_was_asked() {
    let script = vec![Turn::status(401), Turn::status(401)];
    let lab = lab_set(Vec::new(), script, |config| config.deliveries.attempts = 2).await;
    let office = Office::of(lab, &json!({})).await;
    let ts = office.mention("C0ONE", "which one?").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(dead["lastError"], "model_key_refused");
    assert!(office.desk.why(&dead).await.contains("model_key_refused"));
    let said = office.said("C0ONE");
    assert_eq!(
        texts(&said),
        [":warning: I could not answer this: the model gave no answer."]
    );
    assert_eq!(said[0]["thread_ts"], ts.as_str());
}

#[tokio::test]
async fn an_answer_that_is_refused_for_good_says_why_and_the_turn_counts() {
    let (gate, wait) = Gate::new();
    let script = vec![
        call("acme-wait", json!({})),
        Turn::text(["Both."]),
        Turn::text(["Both."]),
    ];
    let lab = lab_set(vec![wait], script, |_| {}).await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("C0ONE", "which one?").await;
    gate.reached().await;
    office
        .slack
        .change_channel("C0ONE", |channel| channel.archived = true);
    gate.open();
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    let reply = office.desk.reply(&answered).await;
    assert_eq!(
        (reply.at, reply.error.as_deref()),
        (None, Some("target_archived"))
    );
    let why = office.desk.why(&answered).await;
    assert!(why.contains("target_archived"), "{why}");
    assert_eq!(answered["attempts"], 1, "it is not tried again");

    let missing = Misbehaviour::Refuses("missing_scope".to_owned());
    office.slack.misbehave("chat.postMessage", missing);
    office.mention("C0TWO", "which one?").await;
    let all = office.desk.settled(2, &["answered"]).await;
    let why = office.desk.why(&all[0]).await;
    assert!(why.contains("missing_vendor_scope"), "{why}");
    assert!(office.said("C0TWO").is_empty());
}
