//! Who takes their time, or cannot be told, keeps nobody else waiting.

use std::time::Duration;

use http::Method;
use keyway_testkit::models::{Script, Turn};
use keyway_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use super::world::{AGENT, ENDPOINTS, Hook, hasty};
use crate::oauth::tenants::stranger;

/// Somebody of another organization, with receivers that never answer, and messages to each of them.
async fn flood(hook: &Hook, receivers: usize, messages: usize) -> Vec<Receiver> {
    let eve = stranger(&hook.lab.app.running).await;
    let mut all = Vec::new();
    for _ in 0..receivers {
        let slow = Receiver::start(std::iter::repeat_n(Answer::Hang, 100)).await;
        let draft = json!({ "url": slow.url(), "events": ["session.failed"] });
        let made = hook.lab.app.ask(Method::POST, ENDPOINTS).bearer(&eve);
        let made = made.json(&draft).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
        let id = made.json()["id"].as_str().unwrap().to_owned();
        all.push((slow, format!("{ENDPOINTS}/{id}/test")));
    }
    for _ in 0..messages {
        for (_, path) in &all {
            let made = hook.lab.app.ask(Method::POST, path).bearer(&eve);
            assert_eq!(made.json(&json!({})).send().await.status(), 201);
        }
    }
    all.into_iter().map(|(slow, _)| slow).collect()
}

async fn quick() -> Hook {
    Hook::set(Script::default(), &["session.failed"], [], |config| {
        hasty(config);
        config.webhooks.concurrency = 2;
        config.webhooks.timeout = Duration::from_secs(2);
    })
    .await
}

#[tokio::test]
async fn attack_a_receiver_that_never_answers_has_half_of_the_places_at_most() {
    let hook = quick().await;
    let slow = flood(&hook, 1, 8).await;
    let message = hook.test().await;
    hook.becomes(&message, "delivered").await;
    let tried = slow[0].received().len();
    assert!(tried <= 2, "{tried} were sent before it");
}

#[tokio::test]
async fn attack_receivers_of_one_organization_that_never_answer_keep_no_other_one_waiting() {
    let hook = quick().await;
    let slow = flood(&hook, 3, 6).await;
    for _ in 0..2 {
        let message = hook.test().await;
        hook.becomes(&message, "delivered").await;
    }
    let tried: usize = slow.iter().map(|one| one.received().len()).sum();
    assert!(tried <= 8, "{tried} were sent before it");
}

#[tokio::test]
async fn attack_an_event_that_cannot_be_told_keeps_no_other_one_from_being_told() {
    let turns = vec![Turn::text(["One."])];
    let hook = Hook::new(turns, &["session.started"], []).await;
    // As nobody can write it but with the file in hand.
    hook.sql(
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO webhook_subscriptions (organization_id, type, endpoint_id) \
         SELECT id, 'session.failed', 'nobody' FROM organizations LIMIT 1; \
         INSERT INTO webhook_events (organization_id, type, subject, facts) \
         SELECT id, 'session.failed', 'sess_1', '{}' FROM organizations LIMIT 1",
    )
    .await;
    hook.lab.prompt(AGENT, "hello").await;
    let came = hook.came(1).await;
    assert_eq!(came[0].json()["type"], "session.started");
    assert_eq!(hook.count("webhook_events").await, 1, "it is not lost");
}
