use keyway_core::provider::{GrantedScopes, IntegrationProvider as _, Reply};
use keyway_integrations::Linear;
use keyway_testkit::linear::Misbehaviour;
use serde_json::{Value, json};

use super::setup::{Kept, code};

const REPLY: Reply<'static> = Reply {
    text: "It is fixed",
    marker: "kw-0123456789abcdef",
    failed: false,
    link: None,
};

/// A place in an agent session, and one in a thread of comments.
fn places(kept: &Kept) -> [Value; 2] {
    let issue = kept.vendor.add_issue("ENG", "The pipe leaks", "");
    let (session, _) = kept.vendor.mention(&issue, "@keyway look");
    let comment = kept
        .vendor
        .add_comment(&issue, None, "And the other joint?");
    [
        json!({ "event": "session:1", "session": session, "issue": issue, "team": null, "comment": null, "user": null }),
        json!({ "event": "comment:1", "session": null, "issue": issue, "team": null, "comment": comment, "user": null }),
    ]
}

/// What the agent said at a place.
fn said(kept: &Kept, place: &Value) -> Vec<Value> {
    let kind = if place["session"].is_null() {
        "Comment"
    } else {
        "AgentActivity"
    };
    let mut all = kept.vendor.things(kind);
    all.retain(|one| one["user"] == "Keyway");
    all
}

#[tokio::test]
async fn an_agent_session_is_acknowledged_once_at_once() {
    let kept = Kept::installed().await;
    let [session, comment] = places(&kept);
    let context = kept.publication(json!({})).await;
    for _ in 0..3 {
        Linear.acknowledge(&context, &session).await.unwrap();
    }
    let thoughts = said(&kept, &session);
    assert_eq!(thoughts.len(), 1);
    assert_eq!(thoughts[0]["content"]["type"], "thought");
    assert_eq!(
        kept.vendor
            .thing(session["session"].as_str().unwrap())
            .unwrap()["status"],
        "active"
    );
    // A second event of the session is acknowledged too.
    let mut prompt = session.clone();
    prompt["event"] = "comment:2".into();
    Linear.acknowledge(&context, &prompt).await.unwrap();
    assert_eq!(said(&kept, &session).len(), 2);
    Linear.acknowledge(&context, &comment).await.unwrap();
    let silent = kept
        .publication_with(json!({}), GrantedScopes::of(["issue.read"]))
        .await;
    let mut third = session.clone();
    third["event"] = "comment:3".into();
    Linear.acknowledge(&silent, &third).await.unwrap();
    assert_eq!(said(&kept, &session).len(), 2);
    let gone = json!({ "event": "e", "session": "00000000-0000-4000-8000-00000000dead" });
    assert_eq!(
        code(Linear.acknowledge(&context, &gone).await),
        "vendor_refused"
    );
}

#[tokio::test]
async fn a_reply_is_an_activity_in_a_session_and_a_comment_below_one() {
    let kept = Kept::installed().await;
    let [session, comment] = places(&kept);
    let context = kept.publication(json!({})).await;
    let posted = Linear.reply(&context, &session, &REPLY).await.unwrap();
    assert!(posted.url.unwrap().contains("/agents/"));
    let activity = kept.vendor.thing(&posted.id).unwrap();
    assert_eq!(
        activity["content"],
        json!({ "type": "response", "body": "It is fixed" })
    );
    assert_eq!(
        kept.vendor
            .thing(session["session"].as_str().unwrap())
            .unwrap()["status"],
        "complete"
    );
    let posted = Linear.reply(&context, &comment, &REPLY).await.unwrap();
    assert!(posted.url.unwrap().contains("#comment-"));
    let below = kept.vendor.thing(&posted.id).unwrap();
    assert_eq!(
        (&below["body"], &below["parent"]),
        (&json!("It is fixed"), &comment["comment"])
    );
    // People see no marker.
    assert!(
        !below.to_string().contains(REPLY.marker) && !activity.to_string().contains(REPLY.marker)
    );
}

#[tokio::test]
async fn a_failure_is_told_as_one_with_the_link() {
    let kept = Kept::installed().await;
    let [session, _] = places(&kept);
    let context = kept.publication(json!({})).await;
    let failed = Reply {
        failed: true,
        link: Some("https://keyway.example/sessions/1"),
        ..REPLY
    };
    let posted = Linear.reply(&context, &session, &failed).await.unwrap();
    let activity = kept.vendor.thing(&posted.id).unwrap();
    assert_eq!(activity["content"]["type"], "error");
    assert_eq!(
        activity["content"]["body"],
        "It is fixed\n\n[More](https://keyway.example/sessions/1)"
    );
    assert_eq!(
        kept.vendor
            .thing(session["session"].as_str().unwrap())
            .unwrap()["status"],
        "error"
    );
}

#[tokio::test]
async fn a_reply_whose_answer_is_lost_is_found_by_its_marker() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    for place in places(&kept) {
        let found = Linear
            .find_reply(&context, &place, REPLY.marker)
            .await
            .unwrap();
        assert_eq!(found, None);
        kept.vendor.misbehave(Misbehaviour::DropsAnswer);
        assert_eq!(
            code(Linear.reply(&context, &place, &REPLY).await),
            "vendor_failed"
        );
        let found = Linear
            .find_reply(&context, &place, REPLY.marker)
            .await
            .unwrap()
            .unwrap();
        // Who does not look is told that it is there.
        let again = Linear.reply(&context, &place, &REPLY).await.unwrap();
        assert_eq!(again, found);
        assert_eq!(said(&kept, &place).len(), 1);
        let other = Linear
            .find_reply(&context, &place, "kw-another")
            .await
            .unwrap();
        assert_eq!(other, None);
        // Whether it is there is not known while Linear fails.
        kept.vendor.misbehave(Misbehaviour::Fails);
        assert_eq!(
            code(Linear.find_reply(&context, &place, REPLY.marker).await),
            "vendor_failed"
        );
    }
}

#[tokio::test]
async fn a_long_reply_is_cut() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    let long = "😀".repeat(40_000);
    let reply = Reply {
        text: &long,
        link: Some("https://keyway.example/s/1"),
        ..REPLY
    };
    for place in places(&kept) {
        Linear.reply(&context, &place, &reply).await.unwrap();
        let told = said(&kept, &place).remove(0);
        let body = told["content"]["body"]
            .as_str()
            .or(told["body"].as_str())
            .unwrap();
        assert!(body.len() <= 60_000 && body.contains("The rest is cut"));
        assert!(body.ends_with("[More](https://keyway.example/s/1)"));
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_posted_says_why() {
    let kept = Kept::installed().await;
    let [_, comment] = places(&kept);
    let context = kept.publication(json!({})).await;
    kept.vendor.archive(comment["issue"].as_str().unwrap());
    assert_eq!(
        code(Linear.reply(&context, &comment, &REPLY).await),
        "target_archived"
    );
    let mut gone = comment.clone();
    gone["issue"] = "00000000-0000-4000-8000-00000000dead".into();
    assert_eq!(
        code(Linear.reply(&context, &gone, &REPLY).await),
        "target_not_found"
    );
    assert_eq!(
        code(Linear.reply(&context, &Value::Null, &REPLY).await),
        "target_not_found"
    );
    kept.vendor.misbehave(Misbehaviour::Busy { retry_after: 9 });
    let busy = Linear.reply(&context, &comment, &REPLY).await.unwrap_err();
    assert_eq!(
        (busy.code(), busy.retry_after().unwrap().as_secs()),
        ("vendor_rate_limited", 9)
    );
}
