use keyway_testkit::models::Turn;
use serde_json::json;

use super::{Office, REPOSITORY};
use crate::agents::world::call;
use crate::vendors::world::{Gate, lab_set};

#[tokio::test]
async fn a_model_that_fails_for_good_is_told_once_where_it_was_asked() {
    let script = vec![Turn::status(401), Turn::status(401)];
    let lab = lab_set(Vec::new(), script, |config| config.deliveries.attempts = 2).await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("which one?").await;
    let dead = office.desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(dead["lastError"], "model_key_refused");
    assert!(office.desk.why(&dead).await.contains("model_key_refused"));
    assert_eq!(
        office.said(),
        ["I could not answer this: the model gave no answer."]
    );
}

#[tokio::test]
async fn an_answer_that_is_refused_for_good_says_why_and_the_turn_counts() {
    let (gate, wait) = Gate::new();
    let script = vec![call("acme-wait", json!({})), Turn::text(["Both."])];
    let lab = lab_set(vec![wait], script, |_| {}).await;
    let office = Office::of(lab, &json!({})).await;
    office.mention("which one?").await;
    gate.reached().await;
    office.github.archive(REPOSITORY);
    gate.open();
    let answered = office.desk.settled(1, &["answered"]).await.remove(0);
    let reply = office.desk.reply(&answered).await;
    assert_eq!(
        (reply.at, reply.error.as_deref()),
        (None, Some("target_archived"))
    );
    let why = office.desk.why(&answered).await;
    assert!(why.contains("target_archived"), "{why}");
    assert!(office.said().is_empty());
}
