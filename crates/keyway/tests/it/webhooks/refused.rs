use std::collections::BTreeMap;

use http::Method;
use keyway_testkit::models::Script;
use keyway_testkit::sql;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::world::{Desk, event, signature};
use crate::support::client::Answer;

/// What an answer says but for the request's own id and the time.
fn told(answer: &Answer) -> (u16, Value, BTreeMap<String, String>) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("requestId");
    let headers = answer.0.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
    let own = |(name, _): &(String, String)| !["x-request-id", "date"].contains(&name.as_str());
    (answer.status(), body, headers.filter(own).collect())
}

#[tokio::test]
async fn attack_what_is_not_signed_just_now_by_who_has_the_secret_is_refused_and_not_written_down()
{
    let desk = Desk::new(Script::default()).await;
    let body = event("e1", "7", "It broke");
    let elsewhere = desk.path().replace("/webhook/webhook/", "/webhook/github/");
    let unknown = "/webhook/webhook/pub_01890a5d-ac96-774b-bcce-b302099a8057";
    let ask = |path: &str| desk.lab.app.ask(Method::POST, path).json(&body);
    let now = jiff::Timestamp::now().as_second().to_string();
    let signed_as = |secret: &str, signed: &Value| {
        let signed = signed.to_string();
        let parts: [&[u8]; 3] = [now.as_bytes(), b".", signed.as_bytes()];
        let signature = format!("v1={}", signature(secret, &parts));
        ask(&desk.path())
            .header("x-time", &now)
            .header("x-sign", &signature)
    };
    let refused = [
        ("unsigned", ask(&desk.path())),
        ("with another secret", signed_as("another secret", &body)),
        (
            "tampered",
            signed_as(&desk.secret, &event("e1", "7", "It works")),
        ),
        ("stale", desk.signed(&body, -301)),
        ("from the future", desk.signed(&body, 310)),
        (
            "signed twice",
            desk.signed(&body, 0).header("x-sign", "v1=00"),
        ),
        (
            "unknown",
            desk.lab.app.ask(Method::POST, unknown).json(&body),
        ),
        ("no id", ask("/webhook/webhook/nobody")),
        ("another provider's", ask(&elsewhere)),
        ("no provider", ask("/webhook/nobody/nothing")),
        ("empty", desk.lab.app.ask(Method::POST, &desk.path())),
    ];
    let mut all = Vec::new();
    for (what, ask) in refused {
        let answer = ask.send().await;
        assert_eq!(answer.status(), 401, "{what}: {}", answer.text());
        all.push((what, told(&answer)));
    }
    for (what, told) in &all {
        assert_eq!(*told, all[0].1, "{what} is answered like every other");
    }
    let other = desk.lab.app.ask(Method::GET, &desk.path()).send().await;
    assert_eq!((other.status(), other.header("allow")), (405, "POST"));
    let huge = json!({ "id": "e1", "text": "x".repeat(5 << 20) });
    assert_eq!(desk.signed(&huge, 0).send().await.status(), 413);
    assert!(
        desk.deliveries().await.is_empty(),
        "nothing is written down"
    );
    assert!(desk.lab.model.asked().is_empty(), "nobody is woken");
    // The address is good all along.
    desk.send(&body).await;
    desk.settled(1, &["answered"]).await;
}

#[tokio::test]
async fn attack_a_webhook_that_was_captured_is_not_said_again() {
    let desk = Desk::new(Script::default()).await;
    let captured = desk.signed(&event("e1", "7", "Pay me"), 0);
    assert_eq!(captured.clone().send().await.status(), 200);
    desk.settled(1, &["answered"]).await;
    for (name, value) in [
        ("webhook-id", "other"),
        ("x-event-id", "e2"),
        ("x-nonce", "1"),
    ] {
        let again = captured.clone().header(name, value).send().await;
        assert_eq!(again.status(), 200);
    }
    let all = desk.settled(1, &["answered"]).await;
    assert_eq!(all[0]["duplicates"], 3);
    assert_eq!(desk.lab.model.asked().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_said_to_be_and_is_taken_when_it_comes_again() {
    let desk = Desk::new(Script::default()).await;
    let all: Vec<_> = (0..4)
        .map(|number| desk.signed(&event(&format!("e{number}"), "7", "It broke"), 0))
        .collect();
    // Somebody else writes, and does not end.
    let held = sql::hold(&desk.lab.app.data_dir().join("keyway.db")).await;
    let mut sending = JoinSet::new();
    for ask in all.clone() {
        sending.spawn(async move { ask.send().await.status() });
    }
    let statuses = sending.join_all().await;
    assert_eq!(statuses, [503; 4]);
    drop(held);
    assert!(desk.deliveries().await.is_empty());
    for ask in all {
        assert_eq!(ask.send().await.status(), 200);
    }
    let all = desk.settled(4, &["answered"]).await;
    assert!(all.iter().all(|one| one["duplicates"] == 0), "{all:?}");
}
