use keyway_testkit::models::{Trouble, Turn};
use serde_json::{Value, json};

use super::world::{Lab, agent, call, search};
use crate::support::wait::until;

fn id(answer: &Value) -> String {
    answer["sessionId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_goes_on_and_its_events_tell_all_of_it() {
    let researcher = agent("researcher")
        .system_prompt("s3cret prompt")
        .tool(search());
    let turns = vec![
        call("acme-search", json!({ "text": "Ada" })),
        Turn::text(["Ada."]),
        Turn::text(["As I said: Ada."]),
    ];
    let lab = Lab::new(vec![researcher], turns).await;
    let session = id(&lab.prompt("researcher", "Who?").await);
    let body = json!({ "message": "Again?", "sessionId": session });
    let second = lab.post(&lab.app.key, "researcher", &body).await.json();
    assert_eq!(id(&second), session);
    let messages = lab.asked(2)["messages"].clone();
    let texts: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| message["content"].as_str())
        .collect();
    for text in ["Who?", "Ada.", "Again?"] {
        assert!(texts.contains(&text), "{text}: {messages}");
    }

    let path = format!("/v1/sessions/{session}");
    let shown = lab.get(&lab.app.key, &path).await.json();
    assert_eq!(shown["status"], "finished", "{shown}");
    assert_eq!(
        (&shown["turns"], &shown["title"]),
        (&json!(2), &json!("Who?"))
    );
    assert_eq!(shown["usage"]["inputTokens"], 33);
    let events = lab.get(&lab.app.key, &format!("{path}/events")).await;
    assert!(
        !events.text().contains("s3cret"),
        "the prompt is the author's"
    );
    let kinds: Vec<_> = events.json()["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "session_started",
            "user_message",
            "assistant_message",
            "tool_started",
            "tool_finished",
            "assistant_message",
            "turn_ended",
            "user_message",
            "assistant_message",
            "turn_ended"
        ]
    );
    let rest = lab
        .get(&lab.app.key, &format!("{path}/events?after=9"))
        .await;
    assert_eq!(rest.json()["events"].as_array().unwrap().len(), 1);
    let listed = lab.get(&lab.app.key, "/v1/sessions?agent=researcher").await;
    assert_eq!(listed.json()["sessions"][0]["id"], session);
    let others = lab.get(&lab.app.key, "/v1/sessions?agent=writer").await;
    assert!(others.json()["sessions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_second_message_is_refused_while_the_agent_answers_and_who_leaves_ends_the_turn() {
    let turns = vec![
        Turn::text(["first"]),
        Turn::text(["never", "ends"]).with(Trouble::HangAfter(1)),
        Turn::text(["third"]),
    ];
    let lab = Lab::new(vec![agent("slow")], turns).await;
    let session = id(&lab.prompt("slow", "one").await);
    let body = json!({ "message": "two", "sessionId": session });
    let path = format!("/v1/sessions/{session}");
    let status = async || lab.get(&lab.app.key, &path).await.json()["status"].clone();
    {
        let waiting = lab.post(&lab.app.key, "slow", &body);
        tokio::pin!(waiting);
        tokio::select! {
            answer = &mut waiting => panic!("it ended: {}", answer.text()),
            _ = lab.model.wait_asked(2) => {}
        }
        assert_eq!(status().await, "running");
        let second = lab.post(&lab.app.key, "slow", &body).await;
        assert_eq!(
            (second.status(), second.json()["code"].clone()),
            (409, json!("session_busy"))
        );
    }
    // The connection is gone.
    until("the turn to end", || async {
        status().await == "interrupted"
    })
    .await;
    let third = lab.post(&lab.app.key, "slow", &body).await.json();
    assert_eq!(third["text"], "third", "{third}");
}

#[tokio::test]
async fn what_there_is_not_is_refused_without_a_word_of_what_was_sent() {
    let lab = Lab::new(vec![agent("one"), agent("two")], vec![Turn::text(["hi"])]).await;
    let session = id(&lab.prompt("one", "hello").await);
    let unknown = "sess_01890a5d-ac96-774b-bcce-b302099a8057";
    for (slug, body, status, code) in [
        (
            "nobody",
            json!({ "message": "s3cret" }),
            404,
            "agent_not_found",
        ),
        (
            "one",
            json!({ "message": "s3cret", "sessionId": unknown }),
            404,
            "session_not_found",
        ),
        // Of another agent.
        (
            "two",
            json!({ "message": "s3cret", "sessionId": session }),
            404,
            "session_not_found",
        ),
        (
            "one",
            json!({ "message": "x", "sessionId": "s3cret" }),
            422,
            "invalid_input",
        ),
        ("one", json!({ "message": "  " }), 422, "invalid_input"),
        (
            "one",
            json!({ "message": "x", "s3cret": 1 }),
            422,
            "invalid_input",
        ),
    ] {
        let answer = lab.post(&lab.app.key, slug, &body).await;
        assert_eq!(answer.status(), status, "{body}: {}", answer.text());
        assert_eq!(answer.json()["code"], code, "{body}");
        assert!(!answer.text().contains("s3cret"), "{}", answer.text());
    }
    assert_eq!(lab.model.asked().len(), 1);
    let path = "/v1/agents/one/prompt";
    let body = json!({ "message": "hello" });
    let anonymous = lab.app.ask(http::Method::POST, path).json(&body);
    assert_eq!(anonymous.send().await.status(), 401);
}
