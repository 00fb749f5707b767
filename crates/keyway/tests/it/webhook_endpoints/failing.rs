use std::time::Duration;

use keyway_testkit::models::Script;
use keyway_testkit::receiver::Answer;
use serde_json::{Value, json};

use super::world::{Hook, hasty};
use crate::support::wait::until;

#[tokio::test]
async fn a_message_that_was_refused_is_sent_again_with_the_same_id() {
    let hook = Hook::new(
        Script::default(),
        &["session.failed"],
        [Answer::Status(500)],
    )
    .await;
    let message = hook.test().await;
    let retrying = hook.becomes(&message, "retrying").await;
    assert_eq!(retrying["lastStatus"], 500);
    assert_eq!(retrying["lastError"], "refused");
    assert!(retrying["nextAttemptAt"].is_string());
    assert_eq!(hook.health().await["consecutiveFailures"], 1);
    let delivered = hook.becomes(&message, "delivered").await;
    assert_eq!(delivered["attempts"], 2);
    assert!(delivered.get("lastError").is_none(), "{delivered}");
    let came = hook.came(2).await;
    assert_eq!(came[0].id, came[1].id);
    assert_eq!(came[0].body, came[1].body);
    assert_eq!(message["id"], came[0].id.as_str());
    assert_eq!(came[1].signed_with(&hook.secret), Some(0));
    let health = hook.health().await;
    assert_eq!(health["consecutiveFailures"], 0);
    assert!(health.get("failingSince").is_none() && health.get("lastError").is_none());
    assert!(health["lastFailureAt"].is_string() && health["lastSuccessAt"].is_string());
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_and_one_that_leads_elsewhere_failed() {
    let elsewhere = keyway_testkit::receiver::Receiver::start([]).await;
    let replies = [Answer::Hang, Answer::Redirect(elsewhere.url())];
    let hook = Hook::set(Script::default(), &["session.failed"], replies, |config| {
        hasty(config);
        config.webhooks.timeout = Duration::from_millis(300);
    })
    .await;
    let message = hook.test().await;
    let late = hook.becomes(&message, "retrying").await;
    assert_eq!(late["lastError"], "timeout");
    assert!(late.get("lastStatus").is_none(), "{late}");
    let failed = hook.becomes(&message, "failed").await;
    assert_eq!(failed["lastError"], "redirected");
    assert_eq!(failed["lastStatus"], 302);
    assert!(elsewhere.received().is_empty(), "it is not followed");
}

#[tokio::test]
async fn an_answer_is_not_kept_and_a_long_one_is_no_failure() {
    let replies = [Answer::Long(200, 1 << 20), Answer::Long(500, 1 << 20)];
    let hook = Hook::new(Script::default(), &["session.failed"], replies).await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;
    assert_eq!(hook.came(3).await.len(), 3);
    let shown = hook.get(&format!("{}/messages", hook.path())).await;
    assert!(!shown.to_string().contains("xxxx"), "{shown}");
}

#[tokio::test]
async fn what_was_given_up_is_a_dead_letter_that_can_be_replayed() {
    let replies = std::iter::repeat_n(Answer::Status(503), 4);
    let hook = Hook::new(Script::default(), &["session.failed"], replies).await;
    let (one, two) = (hook.test().await, hook.test().await);
    let dead = hook.becomes(&one, "failed").await;
    assert_eq!(
        (&dead["attempts"], &dead["lastStatus"]),
        (&json!(2), &json!(503))
    );
    hook.becomes(&two, "failed").await;
    let list = format!("{}/messages?state=failed&limit=1", hook.path());
    let failed = hook.get(&list).await;
    assert_eq!(failed["messages"][0]["id"], two["id"], "the last first");
    let rest = format!("{list}&cursor={}", failed["nextCursor"].as_str().unwrap());
    let rest = hook.get(&rest).await;
    assert_eq!(rest["messages"][0]["id"], one["id"]);
    assert!(rest.get("nextCursor").is_none(), "{rest}");

    let replay = format!(
        "/v1/webhook-messages/{}/replay",
        one["id"].as_str().unwrap()
    );
    let replayed = hook.post(&replay, &json!({})).await;
    assert_eq!(replayed.status(), 200, "{}", replayed.text());
    assert_eq!(replayed.json()["id"], one["id"]);
    let delivered = hook.becomes(&one, "delivered").await;
    assert_eq!(delivered["attempts"], 1);
    let came = hook.came(5).await;
    assert_eq!(one["id"], came[4].id.as_str(), "the same id");

    let all = format!("{}/replay", hook.path());
    let since = json!({ "since": "2999-01-01T00:00:00Z" });
    assert_eq!(hook.post(&all, &since).await.json()["replayed"], 0);
    let since = json!({ "since": "2020-01-01T00:00:00Z" });
    let replayed = hook.post(&all, &since).await;
    assert_eq!(
        replayed.json(),
        json!({ "replayed": 1 }),
        "what failed alone"
    );
    hook.becomes(&two, "delivered").await;
    assert!(!hook.audited("webhook_message_replayed").await.is_empty());
    let bad = hook.post(&all, &json!({ "since": "yesterday" })).await;
    assert_eq!(bad.status(), 422, "{}", bad.text());
}

#[tokio::test]
async fn a_message_that_is_still_to_be_sent_is_not_replayed() {
    let hook = Hook::new(Script::default(), &["session.failed"], [Answer::Hang]).await;
    let message = hook.test().await;
    hook.came(1).await;
    let replay = format!(
        "/v1/webhook-messages/{}/replay",
        message["id"].as_str().unwrap()
    );
    let refused = hook.post(&replay, &json!({})).await;
    assert_eq!(
        (refused.status(), &refused.json()["code"]),
        (409, &json!("webhook_message_not_ended"))
    );
}

/// An endpoint that the gateway switched off, and why.
async fn off(hook: &Hook, reason: &str) {
    until("the endpoint to be switched off", || async {
        hook.get(&hook.path()).await["state"] == reason
    })
    .await;
    let shown = hook.get(&hook.path()).await;
    assert_eq!(shown["enabled"], false);
    assert!(shown["switchedOffAt"].is_string(), "{shown}");
    until("it to be in the audit log", || async {
        let told = hook.audited("webhook_endpoint_switched_off").await;
        told.iter().any(|one| one.to_string().contains(reason))
    })
    .await;
}

fn code(answer: &crate::support::client::Answer) -> (u16, Value) {
    (answer.status(), answer.json()["code"].clone())
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_switched_off_at_once_and_told_of_nothing() {
    let hook = Hook::new(
        Script::default(),
        &["session.failed"],
        [Answer::Status(410)],
    )
    .await;
    let message = hook.test().await;
    off(&hook, "gone").await;
    let failed = hook.becomes(&message, "failed").await;
    assert_eq!(
        (&failed["lastError"], &failed["attempts"]),
        (&json!("gone"), &json!(1))
    );
    let test = hook
        .post(&format!("{}/test", hook.path()), &json!({}))
        .await;
    assert_eq!(code(&test), (409, json!("webhook_endpoint_off")));
    let replay = format!(
        "/v1/webhook-messages/{}/replay",
        message["id"].as_str().unwrap()
    );
    let refused = hook.post(&replay, &json!({})).await;
    assert_eq!(code(&refused), (409, json!("webhook_endpoint_off")));
    assert_eq!(hook.count("webhook_subscriptions").await, 0);

    let on = hook.change(&json!({ "enabled": true })).await.json();
    assert_eq!(
        (&on["state"], &on["health"]["consecutiveFailures"]),
        (&json!("on"), &json!(0))
    );
    assert_eq!(hook.count("webhook_subscriptions").await, 1);
    assert_eq!(hook.post(&replay, &json!({})).await.status(), 200);
    hook.becomes(&message, "delivered").await;
}

#[tokio::test]
async fn an_endpoint_that_failed_for_days_is_switched_off() {
    let replies = std::iter::repeat_n(Answer::Status(500), 2);
    let hook = Hook::new(Script::default(), &["session.failed"], replies).await;
    let first = hook.test().await;
    hook.becomes(&first, "failed").await;
    assert_eq!(hook.get(&hook.path()).await["state"], "on", "not at once");
    let day = 24 * 60 * 60 * 1_000_i64;
    let since = jiff::Timestamp::now().as_millisecond() - 5 * day - 1;
    hook.sql(&format!(
        "UPDATE webhook_endpoints SET failing_since = {since}"
    ))
    .await;
    hook.receiver.answer([Answer::Status(500)]);
    let second = hook.test().await;
    off(&hook, "failing").await;
    hook.becomes(&second, "failed").await;
    assert_eq!(hook.came(3).await.len(), 3, "it is not tried again");
}
