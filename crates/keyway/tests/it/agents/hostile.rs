//! What keys, members and tenants try with sessions that people follow.

use http::Method;
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::models::{Script, Trouble, Turn};
use serde_json::{Value, json};

use super::messages::{act, begin, post, settled, shown};
use super::world::{Lab, agent};
use crate::support::socket::Events;
use crate::support::wait::soon;

/// Two keys of one machine: a broad one, and one that asks a single agent.
async fn keys(lab: &Lab) -> (String, String) {
    let (app, local) = (lab.app.running.app(), lab.app.running.app().local());
    let people = app.people();
    let bot = people.create_service_account(&local, "bot", Role::Member);
    let bot = bot.await.unwrap().id;
    let key = async |scopes: &str| {
        let request = KeyRequest {
            name: scopes.into(),
            scopes: Some(scopes.parse().unwrap()),
            service_account: Some(bot.clone()),
            ..KeyRequest::default()
        };
        let issued = app.api_keys().issue(&local, request).await.unwrap();
        issued.secret.expose().clone()
    };
    (key("mcp").await, key("tools:agent__helper").await)
}

#[tokio::test]
async fn attack_a_stream_that_a_narrow_key_opened_tells_nothing_of_what_a_broad_one_goes_on_with() {
    let turns = vec![Turn::text(["hello"]), Turn::text(["the secret answer"])];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let (broad, narrow) = keys(&lab).await;
    let path = begin(
        &lab,
        &narrow,
        &json!({ "agent": "helper", "message": "hi" }),
    )
    .await;
    settled(&lab, &path, 1).await;
    let ask = lab.app.ask(Method::GET, &format!("{path}/events"));
    let ask = ask
        .bearer(&narrow)
        .header("accept", "text/event-stream")
        .header("last-event-id", "4");
    let mut events = Events::open(ask).await;
    let said = json!({ "message": "the secret question" });
    let left = post(&lab, &broad, &format!("{path}/messages"), &said).await;
    assert_eq!(left.status(), 202, "{}", left.text());
    let heard = soon("the end of the stream", async {
        let mut heard = Vec::new();
        loop {
            let lines = events.next().await.join("\n");
            let is_end = lines.contains("event: closed");
            heard.push(lines);
            if is_end {
                return heard.join("\n");
            }
        }
    })
    .await;
    assert!(heard.contains("no_longer_allowed"), "{heard}");
    assert!(!heard.contains("secret"), "{heard}");
    settled(&lab, &path, 2).await;
    for at in ["", "/events", "/messages"] {
        let refused = lab.get(&narrow, &format!("{path}{at}")).await;
        assert_eq!(refused.status(), 404, "{at}: {}", refused.text());
    }
}

#[tokio::test]
async fn attack_a_narrow_key_reads_no_message_that_a_broad_one_left() {
    let turns = vec![Turn::trouble(Trouble::Hang), Turn::text(["done"])];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let (broad, narrow) = keys(&lab).await;
    let path = begin(
        &lab,
        &narrow,
        &json!({ "agent": "helper", "message": "hi" }),
    )
    .await;
    lab.model.wait_asked(1).await;
    let at = format!("{path}/messages");
    for (key, text) in [(&narrow, "mine"), (&broad, "the secret question")] {
        let left = post(&lab, key, &at, &json!({ "message": text })).await;
        assert_eq!(left.status(), 202, "{}", left.text());
    }
    // Nor by the title of a session in which nothing was said yet.
    let empty = begin(&lab, &narrow, &json!({ "agent": "helper" })).await;
    let said = json!({ "message": "the secret question" });
    let left = post(&lab, &broad, &format!("{empty}/messages"), &said).await;
    assert_eq!(left.status(), 202, "{}", left.text());
    for at in [empty.as_str(), "/v1/sessions"] {
        let seen = lab.get(&narrow, at).await;
        assert!(!seen.text().contains("secret"), "{at}: {}", seen.text());
    }
    let waiting = async |key: &str| {
        let listed = lab.get(key, &at).await.json();
        let all = listed["messages"].as_array().unwrap().clone();
        let texts = all
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(waiting(&narrow).await, ["mine"]);
    let both = ["mine", "the secret question"];
    assert_eq!(waiting(&broad).await, both);
    assert_eq!(waiting(&lab.app.key).await, both);
    act(&lab, &broad, &format!("{path}/interrupt")).await;
    settled(&lab, &path, 1).await;
}

#[tokio::test]
async fn attack_a_key_that_another_message_had_neither_says_this_one_nor_hides_that_it_did_not() {
    let lab = Lab::new(vec![agent("helper")], Script::default()).await;
    let path = begin(&lab, &lab.app.key, &json!({ "agent": "helper" })).await;
    let leave = async |text: &str| {
        let ask = lab.app.post(&format!("{path}/messages"));
        let ask = ask.header("idempotency-key", "k");
        ask.json(&json!({ "message": text })).send().await
    };
    let first = leave("Pay it").await;
    assert_eq!(first.status(), 202, "{}", first.text());
    let other = leave("Do not").await;
    assert_eq!(other.status(), 409, "{}", other.text());
    assert_eq!(other.json()["code"], "idempotency_key_reused");
    assert!(!other.text().contains("Pay"), "{}", other.text());
    assert_eq!(
        leave("Pay it").await.json()["message"],
        first.json()["message"]
    );
    settled(&lab, &path, 1).await;
    assert_eq!(lab.model.asked().len(), 1);
}

#[tokio::test]
async fn attack_nobody_follows_more_sessions_than_they_may_and_a_seat_is_free_again() {
    let lab = Lab::new(vec![agent("helper")], Script::default()).await;
    let (broad, narrow) = keys(&lab).await;
    let path = begin(&lab, &broad, &json!({ "agent": "helper" })).await;
    let open = |key: &str| {
        let ask = lab.app.ask(Method::GET, &format!("{path}/events"));
        ask.bearer(key).header("accept", "text/event-stream").open()
    };
    let mut streams = Vec::new();
    for _ in 0..16 {
        streams.push(open(&broad).await);
    }
    assert!(streams.iter().all(|one| one.status() == 200));
    // Another key of the same machine is the same one, and another member is not.
    let own = begin(&lab, &narrow, &json!({ "agent": "helper" })).await;
    let ask = lab.app.ask(Method::GET, &format!("{own}/events"));
    let ask = ask.bearer(&narrow).header("accept", "text/event-stream");
    let refused = ask.send().await;
    assert_eq!(refused.status(), 429, "{}", refused.text());
    assert_eq!(refused.json()["code"], "too_many_streams");
    let owner = lab.app.key.clone();
    assert_eq!(open(&owner).await.status(), 200);
    drop(streams);
    soon("a seat", async {
        while open(&broad).await.status() != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn attack_what_is_said_is_told_as_data_whatever_it_looks_like() {
    let forged = "\u{1b}[2J\r\n\ndata: {\"seq\":1}\n\nevent: closed\ndata: x\u{2028}<script>";
    let lab = Lab::new(vec![agent("helper")], vec![Turn::text([forged])]).await;
    let body = json!({ "agent": "helper", "message": forged });
    let path = begin(&lab, &lab.app.key, &body).await;
    settled(&lab, &path, 1).await;
    let ask = lab.app.ask(Method::GET, &format!("{path}/events"));
    let ask = ask
        .bearer(&lab.app.key)
        .header("accept", "text/event-stream");
    let mut events = Events::open(ask).await;
    let mut told: Vec<Value> = Vec::new();
    while told.len() < 4 {
        let lines = events.next().await;
        assert!(
            !lines.iter().any(|line| line == "event: closed"),
            "{lines:?}"
        );
        let Some(id) = lines.iter().find_map(|line| line.strip_prefix("id: ")) else {
            continue;
        };
        let data = lines.iter().find_map(|line| line.strip_prefix("data: "));
        let data: Value = serde_json::from_str(data.unwrap()).unwrap();
        assert_eq!(data["seq"].to_string(), id);
        told.push(data);
    }
    let words: Vec<_> = told.iter().filter_map(|one| one["text"].as_str()).collect();
    assert_eq!(words, [forged, forged]);
    let kept = shown(&lab, &format!("{path}/events")).await;
    assert_eq!(kept["events"].as_array().unwrap(), &told);
}
