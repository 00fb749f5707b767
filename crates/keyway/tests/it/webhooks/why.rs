use keyway_testkit::models::{Script, Turn};
use serde_json::{Value, json};

use super::world::{Desk, event};

async fn replay(desk: &Desk, delivery: &Value) -> Value {
    let path = format!("/v1/deliveries/{}/replay", delivery["id"].as_str().unwrap());
    let made = desk.post(&path, &json!({})).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    made.json()
}

#[tokio::test]
async fn what_meets_no_trigger_wakes_nobody_says_why_and_can_be_replayed() {
    let desk = Desk::new(Script::default()).await;
    let triggers = json!({ "actors": ["bob"] });
    assert_eq!(
        desk.change(&json!({ "triggers": triggers })).await.status(),
        200
    );
    desk.send(&event("e1", "7", "hello")).await;
    let ignored = desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(ignored["rule"], "actor_not_listed");
    let reasons = desk.why(&ignored).await;
    assert!(
        reasons.contains("who caused it is not in `triggers.actors`"),
        "{reasons}"
    );
    assert!(
        !reasons.contains("ada"),
        "it repeats nothing of what came: {reasons}"
    );
    let triggers = json!({ "actors": ["bob", "ada"] });
    assert_eq!(
        desk.change(&json!({ "triggers": triggers })).await.status(),
        200
    );
    let again = replay(&desk, &ignored).await;
    assert_eq!(again["replayOf"], ignored["id"]);
    let all = desk.settled(2, &["ignored", "answered"]).await;
    assert_eq!(
        (&all[0]["id"], &all[0]["state"]),
        (&again["id"], &json!("answered"))
    );
    assert_eq!(all[0]["rule"], "triggers_met");
    let reasons = desk.why(&all[0]).await;
    assert!(
        reasons.contains(all[0]["session"].as_str().unwrap()),
        "{reasons}"
    );
    // Once more is once more.
    replay(&desk, &all[0]).await;
    let all = desk.settled(3, &["ignored", "answered"]).await;
    assert_eq!(all[0]["session"], all[1]["session"]);
    assert_eq!(desk.sessions().await[0]["turns"], 2);
}

#[tokio::test]
async fn what_says_nothing_readable_is_recorded_with_the_reason() {
    let desk = Desk::new(Script::default()).await;
    for (body, rule) in [
        (json!({ "ticket": "7", "text": "x" }), "no_event_id"),
        (json!({ "id": "e1", "ticket": "7" }), "no_message"),
        (json!({ "id": "e2", "text": "x" }), "no_conversation"),
    ] {
        desk.send(&body).await;
        let last = desk.deliveries().await.remove(0);
        assert_eq!(
            (&last["state"], &last["rule"]),
            (&json!("ignored"), &json!(rule))
        );
    }
    assert!(desk.lab.model.asked().is_empty());
}

#[tokio::test]
async fn what_came_while_paused_is_taken_when_it_comes_again() {
    let desk = Desk::new(Script::default()).await;
    assert_eq!(
        desk.change(&json!({ "paused": true })).await.json()["paused"],
        true
    );
    desk.send(&event("e1", "7", "hello")).await;
    let ignored = desk.settled(1, &["ignored"]).await.remove(0);
    assert_eq!(ignored["rule"], "publication_paused");
    assert!(desk.why(&ignored).await.contains("paused when it came"));
    assert_eq!(
        desk.change(&json!({ "paused": false })).await.json()["paused"],
        false
    );
    desk.send(&event("e1", "7", "hello")).await;
    desk.settled(1, &["answered"]).await;
}

#[tokio::test]
async fn who_it_acts_as_is_asked_when_it_is_said_and_a_dead_letter_can_be_replayed() {
    let desk = Desk::new(vec![Turn::text(["here again"])]).await;
    let account = format!("/v1/service-accounts/{}", desk.account);
    let switch = |what: &str| format!("{account}/{what}");
    let disabled = desk.post(&switch("disable"), &json!({})).await;
    assert!(disabled.status() < 300, "{}", disabled.text());
    desk.send(&event("e1", "7", "hello")).await;
    let dead = desk.settled(1, &["dead"]).await.remove(0);
    assert_eq!(dead["lastError"], "asker_gone");
    assert!(
        desk.why(&dead)
            .await
            .contains("the service account is disabled")
    );
    assert!(desk.lab.model.asked().is_empty());
    assert!(desk.post(&switch("enable"), &json!({})).await.status() < 300);
    replay(&desk, &dead).await;
    let all = desk.settled(2, &["dead", "answered"]).await;
    assert_eq!(all[0]["state"], "answered");
    assert_eq!(all[0]["replayOf"], dead["id"]);
}

#[tokio::test]
async fn deliveries_are_listed_by_how_far_they_are() {
    let desk = Desk::new(vec![Turn::text(["heard"])]).await;
    desk.send(&event("e1", "7", "hello")).await;
    desk.settled(1, &["answered"]).await;
    desk.send(&json!({ "id": "e2", "ticket": "7" })).await;
    let account = format!("/v1/service-accounts/{}", desk.account);
    let disabled = desk.post(&format!("{account}/disable"), &json!({})).await;
    assert!(disabled.status() < 300, "{}", disabled.text());
    desk.send(&event("e3", "8", "hello")).await;
    desk.settled(3, &["answered", "ignored", "dead"]).await;
    for (state, keys) in [
        ("answered", &["e1"][..]),
        ("ignored", &["e2"]),
        ("dead", &["e3"]),
        ("queued", &[]),
        ("running", &[]),
        ("retrying", &[]),
        ("cancelled", &[]),
    ] {
        let path = format!("/v1/deliveries?state={state}&publication={}", desk.id());
        let page = desk.get(&path).await;
        let all = page["deliveries"].as_array().unwrap();
        assert_eq!(all.len(), keys.len(), "{state}: {page}");
        for (one, key) in all.iter().zip(keys) {
            assert_eq!(one["state"], state);
            let own = one["dedupeKey"].as_str().unwrap();
            assert!(own.ends_with(key), "{own} of {key}");
        }
    }
    let wrong = desk.lab.app.get("/v1/deliveries?state=lost").send().await;
    assert!((400..500).contains(&wrong.status()), "{}", wrong.text());
    assert!(!wrong.text().contains("lost"), "{}", wrong.text());
}
