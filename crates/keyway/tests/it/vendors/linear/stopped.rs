use keyway_testkit::models::{Trouble, Turn};
use serde_json::json;

use super::Office;
use crate::vendors::world::lab_set;

/// An office where each event is a conversation of its own, and one is answered at a time.
async fn office(turns: Vec<Turn>) -> Office {
    let lab = lab_set(Vec::new(), turns, |config| {
        config.deliveries.concurrency = 1;
    });
    Office::of(lab.await, &json!({ "granularity": "per_event" })).await
}

#[tokio::test]
async fn what_waits_is_stopped_also_where_each_event_is_a_conversation_of_its_own() {
    let office = office(vec![
        Turn::trouble(Trouble::Hang),
        Turn::text(["Here I am."]),
    ])
    .await;
    let first = office.mention("@keyway look into it").await;
    office.desk.lab.model.wait_asked(1).await;
    let second = office.mention("@keyway and into this").await;
    office.desk.settled(2, &["running", "queued"]).await;
    office.send(&office.linear.stop(&second)).await;
    let all = office
        .desk
        .settled(3, &["running", "queued", "ignored"])
        .await;
    assert_eq!(all[0]["rule"], "stop_signal");
    assert_eq!(all[2]["state"], "running", "the other goes on: {all:?}");
    office.send(&office.linear.stop(&first)).await;
    let all = office.desk.settled(4, &["dead", "ignored"]).await;
    let errors: Vec<_> = all
        .iter()
        .filter_map(|one| one["lastError"].as_str())
        .collect();
    assert_eq!(errors, ["turn_interrupted"; 2], "{all:?}");
    assert_eq!(office.desk.lab.model.asked().len(), 1, "nothing was begun");
    // What is said afterwards is said.
    office
        .send(&office.linear.prompt(&second, "Go on then"))
        .await;
    office
        .desk
        .settled(5, &["dead", "ignored", "answered"])
        .await;
    assert_eq!(office.said("response"), ["Here I am."]);
}
