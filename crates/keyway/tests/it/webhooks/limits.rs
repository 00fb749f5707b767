//! What the turns of a publication may use.

use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::world::{Desk, event};

async fn bounded(turns: Vec<Turn>, limits: &Value) -> Desk {
    let desk = Desk::new(turns).await;
    let changed = desk.change(&json!({ "limits": limits })).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    assert_eq!(&changed.json()["limits"], limits);
    desk
}

fn answer() -> Turn {
    Turn::text(["done"])
}

async fn days(desk: &Desk) -> Value {
    let path = format!("/v1/publications/{}/usage", desk.id());
    desk.get(&path).await["days"].clone()
}

#[tokio::test]
async fn a_day_of_a_publication_has_as_many_turns_as_it_may_and_why_says_so() {
    let turns = vec![answer(), answer()];
    let desk = bounded(turns, &json!({ "turnsPerDay": 1 })).await;
    assert_eq!(days(&desk).await, json!([]));
    desk.send(&event("e1", "7", "one")).await;
    desk.settled(1, &["answered"]).await;
    desk.send(&event("e2", "8", "two")).await;
    let all = desk.settled(2, &["answered", "dead"]).await;
    assert_eq!(all[0]["state"], "dead");
    assert_eq!(all[0]["lastError"], "publication_quota_spent");
    assert_eq!(all[0]["attempts"], 1, "it is not tried again by itself");
    let why = desk.why(&all[0]).await;
    assert!(why.contains("used what it may use in a day"), "{why}");
    assert_eq!(desk.lab.model.asked().len(), 1, "no model was asked");
    assert_eq!(days(&desk).await[0]["turns"], 1);

    // Nothing is lost: with another limit it is said.
    let more = desk.change(&json!({ "limits": {} })).await;
    assert_eq!(more.status(), 200, "{}", more.text());
    let replay = format!("/v1/deliveries/{}/replay", all[0]["id"].as_str().unwrap());
    assert_eq!(desk.post(&replay, &json!({})).await.status(), 201);
    let all = desk.settled(3, &["answered", "dead"]).await;
    assert_eq!(all[0]["state"], "answered");
    assert_eq!(days(&desk).await[0]["turns"], 2);
}

#[tokio::test]
async fn tokens_of_a_day_bound_the_turn_that_runs_and_those_after_it() {
    let turns = vec![answer().costing(60, 40), answer().costing(60, 40), answer()];
    let desk = bounded(turns, &json!({ "tokensPerDay": 150 })).await;
    for id in ["e1", "e2"] {
        desk.send(&event(id, id, "go")).await;
        desk.settled(if id == "e1" { 1 } else { 2 }, &["answered"])
            .await;
    }
    assert_eq!(days(&desk).await[0]["tokens"], 200);
    desk.send(&event("e3", "9", "go")).await;
    let all = desk.settled(3, &["answered", "dead"]).await;
    assert_eq!(all[0]["lastError"], "publication_quota_spent");
    assert_eq!(desk.lab.model.asked().len(), 2);
}

#[tokio::test]
async fn tokens_of_a_turn_end_it_within_the_agent_s_own_budget() {
    let more = || Turn::calls([keyway_testkit::models::Call::new("nothing", json!({}))]);
    let turns = vec![more().costing(60, 40), more().costing(60, 40), answer()];
    let desk = bounded(turns, &json!({ "tokensPerTurn": 100 })).await;
    desk.send(&event("e1", "7", "go")).await;
    let all = desk.settled(1, &["dead"]).await;
    assert_eq!(all[0]["lastError"], "agent_budget_spent");
    assert_eq!(desk.lab.model.asked().len(), 1);
    assert_eq!(days(&desk).await[0]["tokens"], 100);
}

#[tokio::test]
async fn a_conversation_has_as_many_turns_as_it_may_and_others_go_on() {
    let turns = vec![answer(), answer()];
    let desk = bounded(turns, &json!({ "turnsPerSession": 1 })).await;
    desk.send(&event("e1", "7", "one")).await;
    desk.settled(1, &["answered"]).await;
    desk.send(&event("e2", "7", "two")).await;
    let all = desk.settled(2, &["answered", "dead"]).await;
    assert_eq!(all[0]["lastError"], "publication_session_full");
    desk.send(&event("e3", "8", "three")).await;
    let all = desk.settled(3, &["answered", "dead"]).await;
    assert_eq!(all[0]["state"], "answered");
}

#[tokio::test]
async fn limits_and_schedules_that_are_none_are_told_at_their_place_and_change_nothing() {
    let desk = Desk::new(vec![answer()]).await;
    for (change, at) in [
        (
            json!({ "limits": { "turnsPerDay": 0 } }),
            "/limits/turnsPerDay",
        ),
        (
            json!({ "limits": { "turnsPerDay": "7" } }),
            "/limits/turnsPerDay",
        ),
        (json!({ "limits": { "turnsPerWeek": 7 } }), "/limits"),
        (
            json!({ "schedule": { "cron": "0 25 * * *", "message": "a" } }),
            "/schedule/cron",
        ),
        (
            json!({ "schedule": { "cron": "0 9 * * *", "timeZone": "Mars/One", "message": "a" } }),
            "/schedule/timeZone",
        ),
        (
            json!({ "schedule": { "cron": "0 9 * * *", "message": " " } }),
            "/schedule/message",
        ),
        (json!({ "schedule": { "cron": "0 9 * * *" } }), "/schedule"),
    ] {
        let refused = desk.change(&change).await;
        assert_eq!(refused.status(), 422, "{change}: {}", refused.text());
        assert_eq!(refused.json()["problems"][0]["pointer"], at, "{change}");
        let text = refused.text();
        assert!(!text.contains("Mars") && !text.contains("Week"), "{text}");
    }
    let path = format!("/v1/publications/{}", desk.id());
    assert_eq!(desk.get(&path).await, desk.publication);
}

#[tokio::test]
async fn a_turn_that_never_began_is_not_counted() {
    let turns = vec![answer(), answer()];
    let desk = bounded(turns, &json!({ "turnsPerDay": 2 })).await;
    desk.send(&event("e1", "7", "one")).await;
    let all = desk.settled(1, &["answered"]).await;
    let session = format!("/v1/sessions/{}", all[0]["session"].as_str().unwrap());
    let archived = desk.post(&format!("{session}/archive"), &json!({})).await;
    assert_eq!(archived.status(), 200, "{}", archived.text());
    desk.send(&event("e2", "7", "two")).await;
    let all = desk.settled(2, &["answered", "dead"]).await;
    assert_eq!(all[0]["lastError"], "session_archived");
    assert_eq!(days(&desk).await[0]["turns"], 1);
    desk.send(&event("e3", "8", "three")).await;
    let all = desk.settled(3, &["answered", "dead"]).await;
    assert_eq!(all[0]["state"], "answered");
    assert_eq!(days(&desk).await[0]["turns"], 2);
}

#[tokio::test]
async fn attack_deliveries_that_come_at_once_begin_no_more_turns_than_a_day_has() {
    let turns: Vec<_> = (0..12).map(|_| answer()).collect();
    let desk = bounded(turns, &json!({ "turnsPerDay": 3 })).await;
    let bodies: Vec<_> = (0..12)
        .map(|number| event(&format!("e{number}"), &number.to_string(), "go"))
        .collect();
    futures_util::future::join_all(bodies.iter().map(|body| desk.send(body))).await;
    let all = desk.settled(12, &["answered", "dead"]).await;
    let answered = all.iter().filter(|one| one["state"] == "answered");
    assert_eq!(answered.count(), 3);
    assert_eq!(desk.lab.model.asked().len(), 3);
    assert_eq!(days(&desk).await[0]["turns"], 3);
}

#[tokio::test]
async fn attack_limits_beyond_what_can_be_counted_are_refused_and_the_most_overflows_nothing() {
    let desk = Desk::new(vec![answer(), answer()]).await;
    for wrong in [
        json!(-1),
        json!(1e30),
        json!(u64::MAX),
        json!(true),
        json!(null),
    ] {
        let refused = desk
            .change(&json!({ "limits": { "tokensPerDay": wrong } }))
            .await;
        assert_eq!(refused.status(), 422, "{wrong}: {}", refused.text());
    }
    let most =
        json!({ "tokensPerDay": i64::MAX, "turnsPerDay": i64::MAX, "tokensPerTurn": i64::MAX });
    let changed = desk.change(&json!({ "limits": most })).await;
    assert_eq!(changed.status(), 200, "{}", changed.text());
    for id in ["e1", "e2"] {
        desk.send(&event(id, id, "go")).await;
        desk.settled(if id == "e1" { 1 } else { 2 }, &["answered"])
            .await;
    }
    assert_eq!(days(&desk).await[0]["turns"], 2);
}
