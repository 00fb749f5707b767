use keyway_core::provider::{Granularity, WebhookOutcome};
use serde_json::{Value, json};

use super::super::events::mentions;
use super::{Set, around, commented, conversation, created, issue, notified, prompted};

/// The key of a body, accepted or not.
fn key(set: &Set, body: &Value) -> String {
    match set.parse(body) {
        WebhookOutcome::Accepted(event) => event.dedupe_key,
        WebhookOutcome::Ignored { dedupe_key, .. } => dedupe_key,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_comment_is_one_turn_however_often_linear_tells_of_it() {
    let set =
        Set::app().triggers(json!({ "events": ["session", "subscribed", "mentioned", "comment"] }));
    let told = [
        prompted(),
        notified("issueNewComment"),
        commented("And the other joint?"),
    ];
    for body in &told {
        assert!(set.rule(body).starts_with("accepted"), "{}", set.rule(body));
        assert_eq!(key(&set, body), "comment:comment-2");
    }
    // And they are said in the same conversation.
    for granularity in [
        Granularity::PerIssue,
        Granularity::PerThread,
        Granularity::PerUser,
    ] {
        let all = told
            .iter()
            .map(|body| conversation(&set.event(body), granularity));
        let all: Vec<_> = all.collect();
        assert!(
            all.iter().all(|one| one == &all[0] && one.is_some()),
            "{granularity}: {all:?}"
        );
    }
    // Another webhook that tells of it has another id, another moment and nothing else.
    let mut again = notified("issueNewComment");
    again["webhookId"] = "hook-2".into();
    again["webhookTimestamp"] = 1.into();
    assert_eq!(key(&set, &again), "comment:comment-2");
}

#[test]
fn events_of_one_webhook_are_not_one_event() {
    let set = Set::app();
    let mut other = prompted();
    other["agentActivity"]["sourceCommentId"] = "comment-3".into();
    assert_ne!(key(&set, &prompted()), key(&set, &other));
    let mut later = created();
    later["agentSession"]["id"] = "session-2".into();
    later["agentSession"]["commentId"] = "comment-4".into();
    assert_ne!(key(&set, &created()), key(&set, &later));
}

#[test]
fn what_comes_as_a_session_too_is_held_back() {
    let set = Set::app();
    for kind in ["issueAssignedToYou", "issueMention", "issueCommentMention"] {
        assert_eq!(set.rule(&notified(kind)), "told_by_session", "{kind}");
    }
    assert_eq!(set.rule(&commented("hey @keyway")), "told_by_session");
    // An app without agent sessions hears of them this way.
    let set = Set::app().triggers(json!({ "events": ["assigned", "mentioned"] }));
    assert_eq!(
        set.rule(&notified("issueCommentMention")),
        "accepted: mentioned"
    );
    assert_eq!(set.rule(&commented("hey @Keyway!")), "accepted: mentioned");
    assert_eq!(set.rule(&created()), "kind_not_wanted");
    let mut assigned = notified("issueAssignedToYou");
    let told = assigned["notification"].as_object_mut().unwrap();
    for gone in ["comment", "commentId", "parentComment", "parentCommentId"] {
        told.remove(gone);
    }
    let event = set.event(&assigned);
    assert_eq!(
        (event.dedupe_key.as_str(), event.rule),
        ("notification:notification-1", "assigned")
    );
    assert_eq!(event.text, "Issue ENG-7 The pipe leaks\n\nAt the joint.");
    assert_eq!(event.place["comment"], Value::Null);
}

#[test]
fn a_reply_says_what_it_replies_to_and_is_answered_in_its_thread() {
    let event = Set::app().event(&notified("issueNewComment"));
    assert_eq!(event.rule, "commented");
    assert_eq!(event.text, "And the other joint?\n\nIn reply to:\nIt drips");
    assert_eq!(event.place["comment"], "comment-1");
    assert_eq!(event.place["session"], Value::Null);
    assert_eq!(
        Set::app().rule(&notified("issueStatusChanged")),
        "no_such_event"
    );
}

#[test]
fn a_comment_wakes_by_a_mention_and_otherwise_only_where_it_is_asked_for() {
    let set = Set::key();
    assert_eq!(set.rule(&commented("hey @keyway")), "accepted: mentioned");
    assert_eq!(set.rule(&commented("hey keyway")), "kind_not_wanted");
    let every = Set::key().triggers(json!({ "events": ["comment"] }));
    assert_eq!(every.rule(&commented("hey")), "accepted: commented");
    assert_eq!(every.rule(&commented("hey @keyway")), "kind_not_wanted");
    let mut own = commented("hey @keyway");
    own["data"]["userId"] = "bot-1".into();
    own["data"]["user"]["id"] = "bot-1".into();
    assert_eq!(set.rule(&own), "own_event");
    let mut outside = commented("hey @keyway");
    let data = outside["data"].as_object_mut().unwrap();
    data.remove("user");
    data.remove("userId");
    data.insert("externalUserId".into(), "external-1".into());
    assert_eq!(set.rule(&outside), "no_member");
    for (action, rule) in [
        ("update", "comment_changed"),
        ("remove", "comment_changed"),
        ("restore", "no_such_event"),
    ] {
        let mut body = commented("hey @keyway");
        body["action"] = action.into();
        assert_eq!(set.rule(&body), rule);
    }
    let mut document = commented("hey @keyway");
    let data = document["data"].as_object_mut().unwrap();
    data.remove("issue");
    data.remove("issueId");
    assert_eq!(set.rule(&document), "not_on_an_issue");
}

#[test]
fn a_mention_is_the_whole_name() {
    for yes in [
        "@keyway",
        "hey @Keyway, look",
        "(@KEYWAY)",
        "thanks @keyway.",
        "a@keyway-x @keyway",
        "[keyway](https://linear.app/acme/profiles/keyway) look",
    ] {
        assert!(mentions(yes, Some("Keyway")), "{yes}");
    }
    for no in [
        "keyway",
        "@keyways",
        "@keyway-two",
        "@keyway_2",
        "me@keyway",
        "@keyway.dev",
        "",
        "@",
    ] {
        assert!(!mentions(no, Some("Keyway")), "{no}");
    }
    assert!(!mentions("@keyway", None) && !mentions("@", Some("")));
}

#[test]
fn a_label_wakes_when_it_is_new_on_an_issue() {
    let labeled = |before: Value| {
        let mut data = issue();
        data["labels"] =
            json!([{ "id": "label-1", "name": "Agent" }, { "id": "label-2", "name": "bug" }]);
        data["labelIds"] = json!(["label-1", "label-2"]);
        data["updatedAt"] = "2027-01-15T08:00:00.000Z".into();
        let mut body = around(
            "Issue",
            "update",
            json!({ "data": data, "updatedFrom": before }),
        );
        body["actor"] =
            json!({ "id": "user-ada", "type": "user", "name": "Ada", "email": "ada@acme.example" });
        body
    };
    let set = Set::app().triggers(json!({ "labels": ["agent"] }));
    let event = set.event(&labeled(json!({ "labelIds": ["label-2"] })));
    assert_eq!(event.rule, "label_added");
    assert_eq!(event.dedupe_key, "labeled:issue-7:2027-01-15T08:00:00.000Z");
    assert_eq!(
        event.text,
        "Issue ENG-7 The pipe leaks\n\nAt the joint.\n\nLabels: Agent, bug"
    );
    for (before, rule) in [
        (json!({ "labelIds": ["label-1"] }), "label_not_listed"),
        (
            json!({ "labelIds": ["label-1", "label-2", "label-3"] }),
            "label_not_listed",
        ),
        (json!({ "title": "x" }), "edited"),
        (json!({}), "edited"),
    ] {
        assert_eq!(set.rule(&labeled(before)), rule);
    }
    let mut created = labeled(Value::Null);
    created["action"] = "create".into();
    assert_eq!(set.rule(&created), "accepted: label_added");
    let mut automation = labeled(json!({ "labelIds": [] }));
    automation["actor"]["type"] = "oauthClient".into();
    assert_eq!(set.rule(&automation), "no_member");
    let mut own = labeled(json!({ "labelIds": [] }));
    own["actor"]["id"] = "bot-1".into();
    assert_eq!(set.rule(&own), "own_event");
    assert_eq!(
        Set::app().rule(&labeled(json!({ "labelIds": [] }))),
        "label_not_listed"
    );
}
