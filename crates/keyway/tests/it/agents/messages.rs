use http::Method;
use keyway_testkit::models::{Script, Trouble, Turn};
use serde_json::{Value, json};

use super::world::{Lab, agent, call};
use crate::support::actions::waiting;
use crate::support::client::Answer;
use crate::support::wait::{soon, until};

/// Asks with a body.
pub(super) async fn post(lab: &Lab, key: &str, path: &str, body: &Value) -> Answer {
    let ask = lab.app.ask(Method::POST, path).bearer(key);
    ask.json(body).send().await
}

/// Asks without a body.
pub(super) async fn act(lab: &Lab, key: &str, path: &str) -> Answer {
    lab.app.ask(Method::POST, path).bearer(key).send().await
}

/// Begins a session; answers its path.
pub(super) async fn begin(lab: &Lab, key: &str, body: &Value) -> String {
    let begun = post(lab, key, "/v1/sessions", body).await;
    assert_eq!(begun.status(), 201, "{}", begun.text());
    let path = format!("/v1/sessions/{}", begun.json()["id"].as_str().unwrap());
    assert_eq!(begun.header("location"), path);
    assert_eq!(begun.json()["events"], format!("{path}/events"));
    path
}

pub(super) async fn shown(lab: &Lab, path: &str) -> Value {
    let shown = lab.get(&lab.app.key, path).await;
    assert_eq!(shown.status(), 200, "{}", shown.text());
    shown.json()
}

/// Waits until so many turns ended in a session and nothing goes on in it.
pub(super) async fn settled(lab: &Lab, path: &str, turns: u64) -> Value {
    until(&format!("{turns} turns"), || async {
        let now = shown(lab, path).await;
        now["turns"] == turns && now["queued"] == 0 && now["status"] != "running"
    })
    .await;
    shown(lab, path).await
}

/// What was said in a session, and how its turns ended, in order.
async fn told(lab: &Lab, path: &str) -> Vec<String> {
    let events = shown(lab, &format!("{path}/events")).await;
    let told = |event: &Value| match event["type"].as_str().unwrap() {
        "user_message" => Some(format!("> {}", event["text"].as_str().unwrap())),
        "assistant_message" => Some(event["text"].as_str().unwrap().to_owned()),
        "turn_ended" => Some(event["reason"]["kind"].as_str().unwrap().to_owned()),
        _ => None,
    };
    let events = events["events"].as_array().unwrap();
    events.iter().filter_map(told).collect()
}

fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status(), code)
}

#[tokio::test]
async fn messages_left_at_once_are_all_said_in_order_and_each_names_its_job() {
    let slow = |text| Turn {
        pause: 100,
        ..Turn::text([text])
    };
    let turns = vec![slow("one"), slow("two"), slow("three")];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let body = json!({ "agent": "helper", "message": "first" });
    let path = begin(&lab, &lab.app.key, &body).await;
    let at = format!("{path}/messages");
    let mut left = Vec::new();
    for text in ["second", "third"] {
        let taken = post(&lab, &lab.app.key, &at, &json!({ "message": text })).await;
        assert_eq!(taken.status(), 202, "{}", taken.text());
        assert_eq!(taken.header("location"), format!("{path}/events"));
        left.push(taken.json()["message"].clone());
    }
    let done = settled(&lab, &path, 3).await;
    assert_eq!(
        (&done["status"], &done["title"]),
        (&json!("finished"), &json!("first"))
    );
    assert_eq!(done["usage"]["outputTokens"], 21, "of three turns: {done}");
    let expected = [
        "> first", "one", "finished", "> second", "two", "finished", "> third", "three", "finished",
    ];
    assert_eq!(told(&lab, &path).await, expected);
    let events = shown(&lab, &format!("{path}/events")).await;
    let all = events["events"].as_array().unwrap();
    let said: Vec<_> = all
        .iter()
        .filter(|one| one["type"] == "user_message")
        .collect();
    assert_eq!(
        (&said[1]["message"], &said[2]["message"]),
        (&left[0], &left[1])
    );
    let job = shown(&lab, &format!("/v1/jobs/{}", left[0].as_str().unwrap())).await;
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("turn"), &json!("done"))
    );
}

#[tokio::test]
async fn a_wish_that_comes_twice_begins_one_session_and_says_one_message() {
    let lab = Lab::new(vec![agent("helper")], Script::default()).await;
    let twice = async |path: &str, body: &Value, key: &str| {
        let ask = || {
            let ask = lab.app.post(path).header("idempotency-key", key);
            ask.json(body).send()
        };
        let (one, two) = (ask().await, ask().await);
        assert_eq!(one.status(), two.status(), "{} {}", one.text(), two.text());
        (one.json(), two.json())
    };
    let body = json!({ "agent": "helper", "message": "hi" });
    let (one, two) = twice("/v1/sessions", &body, "a").await;
    assert_eq!((&one["id"], &one["message"]), (&two["id"], &two["message"]));
    let path = format!("/v1/sessions/{}", one["id"].as_str().unwrap());
    let said = json!({ "message": "again" });
    let (one, two) = twice(&format!("{path}/messages"), &said, "b").await;
    assert_eq!(one["message"], two["message"]);
    settled(&lab, &path, 2).await;
    assert_eq!(lab.model.asked().len(), 2);
    let list = shown(&lab, "/v1/sessions").await;
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
    // One without a message is there, and waits for one.
    let empty = begin(&lab, &lab.app.key, &json!({ "agent": "helper" })).await;
    let idle = shown(&lab, &empty).await;
    assert_eq!(
        (&idle["status"], &idle["turns"]),
        (&json!("idle"), &json!(0))
    );
    let long = lab
        .app
        .post("/v1/sessions")
        .header("idempotency-key", &"k".repeat(201));
    let refused = long.json(&body).send().await;
    assert_eq!(code(&refused), (400, "bad_idempotency_key".into()));
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_and_nothing_begins() {
    let lab = Lab::new(vec![agent("helper")], Script::default()).await;
    let long = "x".repeat(100_001);
    let key = &lab.app.key;
    for (body, status, expected) in [
        (
            json!({ "agent": "nobody", "message": "s3cret" }),
            404,
            "agent_not_found",
        ),
        (
            json!({ "agent": "helper", "message": " " }),
            422,
            "invalid_input",
        ),
        (
            json!({ "agent": "helper", "message": long }),
            422,
            "invalid_input",
        ),
        (
            json!({ "agent": "helper", "s3cret": 1 }),
            422,
            "invalid_input",
        ),
        (json!({ "message": "s3cret" }), 422, "invalid_input"),
    ] {
        let refused = post(&lab, key, "/v1/sessions", &body).await;
        assert_eq!(
            code(&refused),
            (status, expected.into()),
            "{}",
            refused.text()
        );
        assert!(!refused.text().contains("s3cret"), "{}", refused.text());
    }
    let list = shown(&lab, "/v1/sessions").await;
    assert!(list["sessions"].as_array().unwrap().is_empty(), "{list}");
    let path = begin(&lab, key, &json!({ "agent": "helper" })).await;
    for (body, expected) in [
        (json!({ "message": "" }), "invalid_input"),
        (json!({ "message": long }), "invalid_input"),
        (json!({ "text": "hi" }), "invalid_input"),
    ] {
        let refused = post(&lab, key, &format!("{path}/messages"), &body).await;
        assert_eq!(code(&refused), (422, expected.into()), "{}", refused.text());
    }
    let unknown = "/v1/sessions/sess_01890a5d-ac96-774b-bcce-b302099a8057";
    for (at, expected) in [
        (unknown, "session_not_found"),
        ("/v1/sessions/nothing", "not_found"),
    ] {
        let refused = post(
            &lab,
            key,
            &format!("{at}/messages"),
            &json!({ "message": "x" }),
        )
        .await;
        assert_eq!(code(&refused), (404, expected.into()), "{at}");
        for what in ["interrupt", "archive", "unarchive"] {
            let refused = act(&lab, key, &format!("{at}/{what}")).await;
            assert_eq!(code(&refused), (404, expected.into()), "{at}/{what}");
        }
    }
    let anonymous = lab.app.ask(Method::POST, "/v1/sessions");
    let refused = anonymous.json(&json!({ "agent": "helper" })).send().await;
    assert_eq!(refused.status(), 401);
    assert!(lab.model.asked().is_empty());
}

#[tokio::test]
async fn a_stop_ends_the_turn_that_runs_and_what_waits_and_stops_nothing_the_second_time() {
    let turns = vec![
        Turn::text(["never", "ends"]).with(Trouble::HangAfter(1)),
        Turn::text(["Here I am."]),
    ];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let key = &lab.app.key;
    let path = begin(&lab, key, &json!({ "agent": "helper", "message": "first" })).await;
    lab.model.wait_asked(1).await;
    let left = post(
        &lab,
        key,
        &format!("{path}/messages"),
        &json!({ "message": "second" }),
    )
    .await;
    let waiting = shown(&lab, &format!("{path}/messages")).await;
    assert_eq!(waiting["messages"][0]["text"], "second");
    assert_eq!(shown(&lab, &path).await["queued"], 1);
    let stopped = act(&lab, key, &format!("{path}/interrupt")).await;
    assert_eq!(stopped.json(), json!({ "running": true, "queued": 1 }));
    let done = settled(&lab, &path, 1).await;
    assert_eq!(done["status"], "interrupted");
    let again = act(&lab, key, &format!("{path}/interrupt")).await;
    assert_eq!(again.json(), json!({ "running": false, "queued": 0 }));
    let job = left.json()["message"].as_str().unwrap().to_owned();
    let job = shown(&lab, &format!("/v1/jobs/{job}")).await;
    assert_eq!(job["state"], "cancelled");
    // What is said after it is said.
    post(
        &lab,
        key,
        &format!("{path}/messages"),
        &json!({ "message": "third" }),
    )
    .await;
    settled(&lab, &path, 2).await;
    let all = told(&lab, &path).await;
    assert!(!all.contains(&"> second".to_owned()), "{all:?}");
    assert_eq!(all[all.len() - 3..], ["> third", "Here I am.", "finished"]);
}

#[tokio::test]
async fn a_message_waits_for_somebody_who_asks_the_agent_at_the_same_time() {
    let (wait, begun, go) = waiting();
    let helper = agent("helper").tool(wait);
    let turns = vec![
        Turn::text(["hello"]),
        call("wait", json!({})),
        Turn::text(["done"]),
        Turn::text(["last"]),
    ];
    let lab = Lab::new(vec![helper], turns).await;
    let key = &lab.app.key;
    let path = begin(&lab, key, &json!({ "agent": "helper", "message": "hi" })).await;
    settled(&lab, &path, 1).await;
    let id = path.rsplit('/').next().unwrap();
    let body = json!({ "message": "wait", "sessionId": id });
    let asking = lab.post(key, "helper", &body);
    let leaving = async {
        soon("the tool", begun.notified()).await;
        let said = json!({ "message": "then" });
        let taken = post(&lab, key, &format!("{path}/messages"), &said).await;
        assert_eq!(taken.status(), 202, "{}", taken.text());
        go.notify_one();
    };
    let (asked, ()) = tokio::join!(asking, leaving);
    assert_eq!(asked.json()["text"], "done", "{}", asked.text());
    settled(&lab, &path, 3).await;
    let all = told(&lab, &path).await;
    assert_eq!(all[all.len() - 3..], ["> then", "last", "finished"]);
}

#[tokio::test]
async fn an_archived_session_is_read_takes_no_more_and_is_listed_only_when_asked_for() {
    let turns = vec![
        Turn::text(["one"]),
        Turn::trouble(Trouble::Hang),
        Turn::text(["two"]),
    ];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let key = &lab.app.key;
    let path = begin(&lab, key, &json!({ "agent": "helper", "message": "hi" })).await;
    settled(&lab, &path, 1).await;
    let archived = act(&lab, key, &format!("{path}/archive")).await;
    assert_eq!(archived.status(), 200, "{}", archived.text());
    assert!(archived.json()["archivedAt"].is_string());
    let again = act(&lab, key, &format!("{path}/archive")).await;
    assert_eq!(again.json()["archivedAt"], archived.json()["archivedAt"]);
    let refused = post(
        &lab,
        key,
        &format!("{path}/messages"),
        &json!({ "message": "x" }),
    )
    .await;
    assert_eq!(code(&refused), (409, "session_archived".into()));
    let id = path.rsplit('/').next().unwrap();
    let body = json!({ "message": "x", "sessionId": id });
    let refused = lab.post(key, "helper", &body).await;
    assert_eq!(code(&refused), (409, "session_archived".into()));
    assert_eq!(told(&lab, &path).await, ["> hi", "one", "finished"]);
    let count = async |query: &str| {
        let list = shown(&lab, &format!("/v1/sessions{query}")).await;
        list["sessions"].as_array().unwrap().len()
    };
    assert_eq!((count("").await, count("?archived=true").await), (0, 1));
    let bad = lab.get(key, "/v1/sessions?archived=s3cret").await;
    assert_eq!(code(&bad), (400, "malformed_query".into()));

    assert_eq!(
        act(&lab, key, &format!("{path}/unarchive")).await.status(),
        200
    );
    assert_eq!(count("").await, 1);
    post(
        &lab,
        key,
        &format!("{path}/messages"),
        &json!({ "message": "x" }),
    )
    .await;
    lab.model.wait_asked(2).await;
    let refused = act(&lab, key, &format!("{path}/archive")).await;
    assert_eq!(code(&refused), (409, "session_at_work".into()));
    act(&lab, key, &format!("{path}/interrupt")).await;
    settled(&lab, &path, 2).await;
    let log = lab.get(key, "/v1/audit?kind=session_archived").await;
    assert!(log.text().contains(id), "{}", log.text());
}

#[tokio::test]
async fn a_session_is_its_own_members_administrators_stop_and_archive_and_say_nothing() {
    let turns = vec![Turn::trouble(Trouble::Hang)];
    let lab = Lab::new(vec![agent("helper")], turns).await;
    let (ann, bob) = (lab.member("ann").await, lab.member("bob").await);
    let path = begin(&lab, &ann, &json!({ "agent": "helper", "message": "hi" })).await;
    lab.model.wait_asked(1).await;
    let said = json!({ "message": "x" });
    let foreign = post(&lab, &bob, &format!("{path}/messages"), &said).await;
    assert_eq!(code(&foreign), (404, "session_not_found".into()));
    for at in ["", "/events", "/messages"] {
        let foreign = lab.get(&bob, &format!("{path}{at}")).await;
        assert_eq!(code(&foreign), (404, "session_not_found".into()), "{at}");
    }
    let ask = lab
        .app
        .ask(Method::GET, &format!("{path}/events"))
        .bearer(&bob);
    let foreign = ask.header("accept", "text/event-stream").send().await;
    assert_eq!(code(&foreign), (404, "session_not_found".into()));
    for what in ["interrupt", "archive", "unarchive"] {
        let foreign = act(&lab, &bob, &format!("{path}/{what}")).await;
        assert_eq!(code(&foreign), (404, "session_not_found".into()), "{what}");
    }
    let key = &lab.app.key;
    let refused = post(&lab, key, &format!("{path}/messages"), &said).await;
    assert_eq!(code(&refused), (403, "session_of_another".into()));
    let stopped = act(&lab, key, &format!("{path}/interrupt")).await;
    assert_eq!(stopped.json()["running"], true, "{}", stopped.text());
    settled(&lab, &path, 1).await;
    assert_eq!(
        act(&lab, key, &format!("{path}/archive")).await.status(),
        200
    );
    let own = post(&lab, &ann, &format!("{path}/messages"), &said).await;
    assert_eq!(code(&own), (409, "session_archived".into()));
}
