use std::time::Duration;

use http::Method;
use keyway::{Action, Expose};
use keyway_testkit::models::{Trouble, Turn};
use serde_json::{Value, json};

use super::messages::{act, begin, post, settled, shown};
use super::world::{Lab, agent, call};
use crate::support::actions::{Said, Say};
use crate::support::client::Ask;
use crate::support::socket::Events;
use crate::support::wait::{soon, until};

fn stream(lab: &Lab, path: &str) -> Ask {
    let ask = lab.app.ask(Method::GET, &format!("{path}/events"));
    ask.bearer(&lab.app.key)
        .header("accept", "text/event-stream")
}

/// An event: its name, its id, and what it says.
struct Told {
    name: Option<String>,
    id: Option<u64>,
    data: Value,
}

async fn next(events: &mut Events) -> Told {
    let lines = events.next().await;
    let field = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
    Told {
        name: field("event: ").map(str::to_owned),
        id: field("id: ").map(|id| id.parse().unwrap()),
        data: serde_json::from_str(field("data: ").unwrap()).unwrap(),
    }
}

/// The next thing that happened, whatever is told of the session's state between.
async fn event(events: &mut Events) -> (u64, Value) {
    loop {
        let told = next(events).await;
        if let Some(id) = told.id {
            assert_eq!(told.data["seq"], id);
            return (id, told.data);
        }
    }
}

/// Waits for a state of the session.
async fn state(events: &mut Events, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let told = next(events).await;
        if told.name.as_deref() == Some("state") && holds(&told.data) {
            return told.data;
        }
    }
}

#[tokio::test]
async fn a_stream_that_was_lost_goes_on_and_nothing_is_lost_or_told_twice() {
    let slow = |text| Turn {
        pause: 30,
        ..Turn::text([text])
    };
    let turns = (0..6).map(|_| slow("word")).collect::<Vec<_>>();
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let key = &lab.app.key;
    let path = begin(&lab, key, &json!({ "agent": "helper", "message": "hi" })).await;
    for number in 0..5 {
        let said = json!({ "message": format!("message {number}") });
        let taken = post(&lab, key, &format!("{path}/messages"), &said).await;
        assert_eq!(taken.status(), 202);
    }
    // Each connection hears three events and is dropped, while more is written.
    let (mut heard, mut last) = (Vec::new(), None);
    let whole = 1 + 6 * 3;
    while heard.len() < whole {
        let mut ask = stream(&lab, &path);
        if let Some(last) = last {
            ask = ask.header("last-event-id", &format!("{last}"));
        }
        let mut events = Events::open(ask).await;
        for _ in 0..3.min(whole - heard.len()) {
            let (id, data) = event(&mut events).await;
            last = Some(id);
            heard.push(data);
        }
    }
    let seqs: Vec<_> = heard
        .iter()
        .map(|one| one["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=19).collect::<Vec<_>>());
    let kept = shown(&lab, &format!("{path}/events")).await;
    assert_eq!(
        kept["events"].as_array().unwrap(),
        &heard,
        "told as it is kept"
    );
    settled(&lab, &path, 6).await;
    // A place that is none yet is the end, and the stream tells how the session is.
    let ask = stream(&lab, &path).header("last-event-id", "4000");
    let mut events = Events::open(ask).await;
    let now = state(&mut events, |_| true).await;
    assert_eq!(
        (&now["status"], &now["queued"]),
        (&json!("finished"), &json!(0))
    );
    post(
        &lab,
        key,
        &format!("{path}/messages"),
        &json!({ "message": "more" }),
    )
    .await;
    assert_eq!(event(&mut events).await.0, 20);
}

#[tokio::test]
async fn a_place_that_is_no_number_is_refused_and_json_stays_json() {
    let lab = Lab::new(vec![agent("helper")], vec![Turn::text(["hi"])]).await;
    let path = begin(&lab, &lab.app.key, &json!({ "agent": "helper" })).await;
    for bad in ["s3cret", "-1", "1.5", "", "99999999999999999999999"] {
        let refused = stream(&lab, &path)
            .header("last-event-id", bad)
            .send()
            .await;
        assert_eq!(refused.status(), 400, "{bad}: {}", refused.text());
        assert_eq!(refused.json()["code"], "bad_last_event_id");
        assert!(!refused.text().contains("s3cret"));
    }
    let bad = lab
        .get(&lab.app.key, &format!("{path}/events?after=x"))
        .await;
    assert_eq!(bad.json()["code"], "malformed_query");
    let plain = lab.get(&lab.app.key, &format!("{path}/events")).await;
    assert_eq!(plain.json(), json!({ "events": [] }));
    let odd = lab
        .app
        .get(&format!("{path}/events"))
        .header("accept", "image/png");
    assert_eq!(odd.send().await.status(), 406);
}

#[tokio::test]
async fn a_stream_ends_with_the_key_it_was_asked_for_with() {
    let lab = Lab::new(vec![agent("helper")], vec![Turn::trouble(Trouble::Hang)]).await;
    let ann = lab.member("ann").await;
    let path = begin(&lab, &ann, &json!({ "agent": "helper", "message": "hi" })).await;
    lab.model.wait_asked(1).await;
    let ask = lab
        .app
        .ask(Method::GET, &format!("{path}/events"))
        .bearer(&ann);
    let mut events = Events::open(ask.header("accept", "text/event-stream")).await;
    event(&mut events).await;
    let app = lab.app.running.app();
    let who = app.authenticate(&ann).await.unwrap();
    let keyway_core::Subject::ApiKey { key, .. } = who.subject() else {
        panic!("an API key came in");
    };
    app.api_keys().revoke(&app.local(), key).await.unwrap();
    let closed = soon("the end", async {
        loop {
            let told = next(&mut events).await;
            if told.name.as_deref() == Some("closed") {
                return told.data;
            }
        }
    })
    .await;
    assert_eq!(closed["code"], "no_longer_allowed");
    act(&lab, &lab.app.key, &format!("{path}/interrupt")).await;
}

#[tokio::test]
async fn a_stream_ends_when_the_gateway_does() {
    let lab = Lab::new(vec![agent("helper")], vec![Turn::text(["hi"])]).await;
    let path = begin(&lab, &lab.app.key, &json!({ "agent": "helper" })).await;
    let answer = stream(&lab, &path).open().await;
    assert_eq!(answer.status(), 200);
    let body = http_body_util::BodyExt::collect(answer.into_body());
    let (ended, ()) = tokio::join!(soon("the stream to end", body), lab.app.running.stop());
    ended.unwrap();
}

/// A gateway whose agent wants to destroy something, and a member who asks it.
async fn waiting_for_a_decision() -> (Lab, String, String, String) {
    let purge = Action::new("acme:purge", |_, input: Say| async move {
        Ok(Said { text: input.text })
    })
    .destructive()
    .expose(Expose::NONE);
    let turns = vec![
        call("acme-purge", json!({ "text": "it all" })),
        Turn::text(["It is gone."]),
        Turn::text(["hello"]),
    ];
    let helper = agent("helper").tool(purge);
    let lab = Lab::set(vec![helper], Vec::new(), turns, |config| {
        config.approvals.wait = Duration::from_mins(10);
    })
    .await;
    let ann = lab.member("ann").await;
    let path = begin(
        &lab,
        &ann,
        &json!({ "agent": "helper", "message": "purge" }),
    )
    .await;
    let mut events = Events::open(stream(&lab, &path)).await;
    let now = state(&mut events, |now| now["approvals"] != json!([])).await;
    let approval = now["approvals"][0].as_str().unwrap().to_owned();
    (lab, ann, path, approval)
}

#[tokio::test]
async fn a_call_that_waits_is_told_and_decided_in_its_session_by_who_may() {
    let (lab, ann, path, approval) = waiting_for_a_decision().await;
    let key = &lab.app.key;
    let id = path.rsplit('/').next().unwrap();
    let listed = shown(&lab, &format!("/v1/approvals?session={id}")).await;
    assert_eq!(listed["approvals"][0]["id"], approval.as_str());
    let at = format!("{path}/approvals/{approval}");
    // Not by whoever asks for it, not by a stranger to it, not in another session.
    let yes = json!({ "decision": "approve" });
    let own = post(&lab, &ann, &at, &yes).await;
    assert_eq!(own.status(), 403, "{}", own.text());
    let bob = lab.member("bob").await;
    assert_eq!(post(&lab, &bob, &at, &yes).await.status(), 404);
    let other = begin(&lab, key, &json!({ "agent": "helper" })).await;
    let elsewhere = post(&lab, key, &format!("{other}/approvals/{approval}"), &yes).await;
    assert_eq!(
        elsewhere.json()["code"],
        "approval_not_found",
        "{}",
        elsewhere.text()
    );
    for body in [
        json!({ "decision": "perhaps" }),
        json!({}),
        json!({ "decision": "approve", "reason": "because" }),
    ] {
        let bad = post(&lab, key, &at, &body).await;
        assert_eq!(bad.status(), 422, "{body}: {}", bad.text());
    }
    let unknown = post(&lab, key, &format!("{path}/approvals/nothing"), &yes).await;
    assert_eq!(unknown.status(), 404);
    let decided = post(&lab, key, &at, &yes).await;
    assert_eq!(decided.status(), 200, "{}", decided.text());
    assert_eq!(decided.json()["state"], "approved");
    let done = settled(&lab, &path, 1).await;
    assert_eq!(done["status"], "finished");
    assert!(
        lab.told(1).contains("it all"),
        "the tool ran: {}",
        lab.told(1)
    );
    let late = post(
        &lab,
        key,
        &at,
        &json!({ "decision": "deny", "reason": "late" }),
    )
    .await;
    assert_eq!(late.status(), 409, "{}", late.text());
}

#[tokio::test]
async fn a_turn_that_waits_for_a_decision_is_stopped() {
    let (lab, ann, path, _) = waiting_for_a_decision().await;
    let stopped = act(&lab, &ann, &format!("{path}/interrupt")).await;
    assert_eq!(stopped.json()["running"], true, "{}", stopped.text());
    let done = settled(&lab, &path, 1).await;
    assert_eq!(done["status"], "interrupted");
    until("nothing runs any more", || async {
        let events = shown(&lab, &format!("{path}/events")).await;
        events["events"].to_string().contains("turn_ended")
    })
    .await;
    assert_eq!(lab.model.asked().len(), 1);
}
