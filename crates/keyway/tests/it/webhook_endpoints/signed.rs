use std::collections::BTreeSet;

use keyway_testkit::models::{Script, Trouble, Turn};
use serde_json::json;

use super::world::{AGENT, Hook};
use crate::support::wait::until;

#[tokio::test]
async fn what_happens_to_a_session_is_told_signed_and_small() {
    let turns = vec![
        Turn::text(["a word that is nobody's business"]),
        Turn::status(400),
    ];
    let events = ["session.started", "session.answered", "session.failed"];
    let hook = Hook::new(turns, &events, []).await;
    let answered = hook.lab.prompt(AGENT, "what the person said").await;
    let came = hook.came(2).await;
    let told: BTreeSet<_> = came
        .iter()
        .map(|one| one.json()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        told,
        BTreeSet::from(["session.answered".into(), "session.started".into()])
    );
    for one in &came {
        assert_eq!(one.signed_with(&hook.secret), Some(0), "{one:?}");
        assert_eq!(one.signatures(), 1);
        assert!(one.id.starts_with("msg_"), "{}", one.id);
        assert_eq!(one.headers["content-type"], "application/json");
        assert!(!one.headers.contains_key("authorization"));
        let body = one.json();
        let fields: BTreeSet<_> = body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(fields, BTreeSet::from(["data", "timestamp", "type"]));
        assert_eq!(body["data"]["session"], answered["sessionId"]);
        assert_eq!(body["data"]["agent"], AGENT);
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        let text = String::from_utf8(one.body.clone()).unwrap();
        assert!(!text.contains("nobody's business") && !text.contains("the person said"));
        assert!(text.len() < 500, "{text}");
    }
    let ids: BTreeSet<_> = came.iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids.len(), 2);

    let body = json!({ "message": "once more", "sessionId": answered["sessionId"] });
    let failed = hook.lab.post(&hook.lab.app.key, AGENT, &body).await;
    assert_eq!(failed.json()["status"], "failed", "{}", failed.text());
    let came = hook.came(3).await;
    let failed = came[2].json();
    assert_eq!(failed["type"], "session.failed");
    assert_eq!(failed["data"]["state"], "failed");
    assert_eq!(failed["data"]["turns"], 2);
    let code = failed["data"]["error"].as_str().unwrap();
    assert!(code.starts_with("model_"), "{code}");
    until("all of them to be delivered", || async {
        let all = hook.messages().await;
        all.len() == 3 && all.iter().all(|one| one["state"] == "delivered")
    })
    .await;
    let health = hook.health().await;
    assert_eq!(health["consecutiveFailures"], 0);
    assert_eq!(health["lastStatus"], 204);
}

#[tokio::test]
async fn a_turn_that_somebody_stops_is_told_as_stopped() {
    let turns = vec![Turn::text(["never", "ends"]).with(Trouble::HangAfter(1))];
    let hook = Hook::new(turns, &["session.stopped"], []).await;
    let body = json!({ "message": "go" });
    {
        let waiting = hook.lab.post(&hook.lab.app.key, AGENT, &body);
        tokio::pin!(waiting);
        tokio::select! {
            answer = &mut waiting => panic!("it ended: {}", answer.text()),
            _ = hook.lab.model.wait_asked(1) => {}
        }
    }
    // The connection is gone, and the turn with it.
    let came = hook.came(1).await;
    assert_eq!(came[0].json()["type"], "session.stopped");
    assert_eq!(came[0].json()["data"]["state"], "interrupted");
    assert_eq!(came[0].signed_with(&hook.secret), Some(0));
}

#[tokio::test]
async fn nothing_is_written_of_what_no_endpoint_is_told_of() {
    let turns = vec![Turn::text(["One."]), Turn::text(["Two."])];
    let hook = Hook::new(turns, &["approval.requested"], []).await;
    // So that nothing of it is handed on before it is counted.
    hook.sql(
        "CREATE TABLE counted (type TEXT); CREATE TRIGGER count_events AFTER INSERT ON \
         webhook_events BEGIN INSERT INTO counted VALUES (NEW.type); END;",
    )
    .await;
    hook.lab.prompt(AGENT, "hello").await;
    assert_eq!(hook.count("counted").await, 0);
    assert_eq!(hook.count("webhook_messages").await, 0);
    let to = json!({ "events": ["session.answered"], "enabled": false });
    assert_eq!(hook.change(&to).await.status(), 200);
    hook.lab.prompt(AGENT, "hello").await;
    assert_eq!(hook.count("counted").await, 0, "it is off");
}

#[tokio::test]
async fn a_secret_is_replaced_while_the_one_before_signs_as_well_for_a_day() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    let rotate = format!("{}/rotate-secret", hook.path());
    let rotated = hook.post(&rotate, &json!({})).await;
    assert_eq!(rotated.status(), 201, "{}", rotated.text());
    assert_eq!(rotated.header("cache-control"), "no-store");
    let second = rotated.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(second, hook.secret);
    assert!(rotated.json()["secretBeforeUntil"].is_string());
    hook.test().await;
    let both = hook.came(1).await.remove(0);
    assert_eq!(both.signatures(), 2);
    assert_eq!(both.signed_with(&second), Some(0));
    assert_eq!(both.signed_with(&hook.secret), Some(1));
    // The day is over.
    hook.sql("UPDATE webhook_endpoints SET before_until = 1")
        .await;
    hook.test().await;
    let one = hook.came(2).await.remove(1);
    assert_eq!(one.signatures(), 1);
    assert_eq!(one.signed_with(&second), Some(0));
    assert_eq!(one.signed_with(&hook.secret), None);
    let shown = hook.get(&hook.path()).await;
    assert!(shown.get("secretBeforeUntil").is_none(), "{shown}");
    let third = hook.post(&rotate, &json!({})).await.json();
    hook.test().await;
    let again = hook.came(3).await.remove(2);
    assert_eq!(again.signatures(), 2);
    assert_eq!(
        again.signed_with(third["secret"].as_str().unwrap()),
        Some(0)
    );
    assert_eq!(again.signed_with(&second), Some(1));
    assert!(!hook.audited("webhook_endpoint_rotated").await.is_empty());
}

#[tokio::test]
async fn attack_a_message_that_was_changed_is_signed_by_nobody() {
    let hook = Hook::new(Script::default(), &["session.failed"], []).await;
    hook.test().await;
    let came = hook.came(1).await.remove(0);
    assert_eq!(came.json()["type"], "webhook.test");
    assert_eq!(came.signed_with(&hook.secret), Some(0));
    let mut other = came.clone();
    other.id = other.id.replace("msg_", "msg_0");
    assert_eq!(other.signed_with(&hook.secret), None);
    let mut other = came.clone();
    other.body[0] ^= 1;
    assert_eq!(other.signed_with(&hook.secret), None);
    let mut other = came.clone();
    let later: i64 = other.timestamp.parse().unwrap();
    other.timestamp = (later + 1).to_string();
    assert_eq!(other.signed_with(&hook.secret), None);
}
