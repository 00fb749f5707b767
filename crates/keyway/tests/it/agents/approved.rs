//! Calls that are approved once the turn has ended in which an agent asked for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyway::{Action, Agent, Expose};
use keyway_testkit::models::Turn;
use serde_json::{Value, json};

use super::messages::{act, begin, post, settled, shown};
use super::world::{Lab, agent, call};
use crate::support::actions::{Said, Say};

/// Longer than it takes until somebody would go on.
const A_WHILE: Duration = Duration::from_millis(1_500);

/// An agent that destroys what it is told to, and how often it did.
fn helper() -> (Agent, Arc<AtomicUsize>) {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let purge = Action::new("acme:purge", move |_, input: Say| {
        count.fetch_add(1, Ordering::SeqCst);
        async move { Ok(Said { text: input.text }) }
    });
    let purge = purge.destructive().expose(Expose::NONE);
    (agent("helper").tool(purge), ran)
}

fn purge() -> Turn {
    call("acme-purge", json!({ "text": "it all" }))
}

/// What waits for a decision in a session.
async fn asked(lab: &Lab, path: &str) -> Value {
    let id = path.rsplit('/').next().unwrap();
    let listed = shown(lab, &format!("/v1/approvals?session={id}")).await;
    listed["approvals"][0].clone()
}

async fn decide(lab: &Lab, path: &str, decision: &str) {
    let approval = asked(lab, path).await;
    let at = format!("{path}/approvals/{}", approval["id"].as_str().unwrap());
    let decided = post(lab, &lab.app.key, &at, &json!({ "decision": decision })).await;
    assert_eq!(decided.status(), 200, "{}", decided.text());
}

#[tokio::test]
async fn an_agent_goes_on_by_itself_once_what_it_asked_for_is_approved_after_its_turn() {
    let (helper, ran) = helper();
    let turns = vec![
        purge(),
        Turn::text(["It waits for somebody."]),
        purge(),
        Turn::text(["It is gone."]),
    ];
    let lab = Lab::new(vec![helper], turns).await;
    let ann = lab.member("ann").await;
    let body = json!({ "agent": "helper", "message": "purge" });
    let path = begin(&lab, &ann, &body).await;
    settled(&lab, &path, 1).await;
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    decide(&lab, &path, "approve").await;
    let done = settled(&lab, &path, 2).await;
    assert_eq!(done["status"], "finished", "{done}");
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    let approval = asked(&lab, &path).await;
    assert_eq!(approval["state"], "executed", "{approval}");
    let events = shown(&lab, &format!("{path}/events")).await.to_string();
    let told = format!(
        "was approved meanwhile ({})",
        approval["id"].as_str().unwrap()
    );
    assert_eq!(events.matches(&told).count(), 1, "{events}");
    // Once, and never again.
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(lab.model.asked().len(), 4);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn who_asks_an_agent_and_waits_for_its_answer_asks_it_again_themselves() {
    let (helper, ran) = helper();
    let turns = vec![
        purge(),
        Turn::text(["It waits for somebody."]),
        purge(),
        Turn::text(["It is gone."]),
    ];
    let lab = Lab::new(vec![helper], turns).await;
    let ann = lab.member("ann").await;
    let first = lab
        .post(&ann, "helper", &json!({ "message": "purge" }))
        .await;
    let session = first.json()["sessionId"].as_str().unwrap().to_owned();
    let path = format!("/v1/sessions/{session}");
    decide(&lab, &path, "approve").await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(lab.model.asked().len(), 2, "nobody goes on for them");
    let body = json!({ "message": "Now", "sessionId": session });
    let again = lab.post(&ann, "helper", &body).await;
    assert_eq!(again.json()["text"], "It is gone.", "{}", again.text());
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn attack_a_decision_wakes_no_agent_that_was_stopped_archived_or_denied() {
    for (decision, before) in [
        ("deny", None),
        ("approve", Some("archive")),
        ("approve", Some("interrupt")),
    ] {
        let (helper, ran) = helper();
        let last = match before {
            Some("interrupt") => Turn::trouble(keyway_testkit::models::Trouble::Hang),
            _ => Turn::text(["It waits."]),
        };
        let lab = Lab::new(vec![helper], vec![purge(), last, purge()]).await;
        let ann = lab.member("ann").await;
        let body = json!({ "agent": "helper", "message": "purge" });
        let path = begin(&lab, &ann, &body).await;
        lab.model.wait_asked(2).await;
        if before != Some("interrupt") {
            settled(&lab, &path, 1).await;
        }
        if let Some(what) = before {
            let done = act(&lab, &ann, &format!("{path}/{what}")).await;
            assert_eq!(done.status(), 200, "{}", done.text());
        }
        settled(&lab, &path, 1).await;
        decide(&lab, &path, decision).await;
        tokio::time::sleep(A_WHILE).await;
        assert_eq!(lab.model.asked().len(), 2, "{decision} {before:?}");
        assert_eq!(ran.load(Ordering::SeqCst), 0);
    }
}
