use keyway_core::provider::{Granularity, InstallationChange, WebhookOutcome};
use serde_json::{Value, json};

use super::{Set, around, conversation, created, prompted};

#[test]
fn a_session_that_is_created_says_what_linear_made_of_it() {
    let event = Set::app().event(&created());
    assert_eq!(
        (event.dedupe_key.as_str(), event.rule),
        ("comment:comment-1", "session_created")
    );
    assert!(event.text.contains("<title>The pipe leaks</title>"));
    assert_eq!(event.about.as_deref(), Some("ENG-7 The pipe leaks"));
    assert_eq!(event.user.as_deref(), Some("Ada"));
    assert_eq!(
        event.place,
        json!({
            "event": "comment:comment-1", "session": "session-1", "issue": "issue-7",
            "team": "team-eng", "comment": "comment-1", "user": "user-ada"
        })
    );
    let mut bare = created();
    bare.as_object_mut().unwrap().remove("promptContext");
    let text = Set::app().event(&bare).text;
    assert_eq!(
        text,
        "Issue ENG-7 The pipe leaks\n\nAt the joint.\n\nComment:\n@keyway please look"
    );
}

#[test]
fn a_prompt_says_the_words_of_the_person() {
    let event = Set::app().event(&prompted());
    assert_eq!(event.text, "And the other joint?");
    assert_eq!(
        (event.dedupe_key.as_str(), event.rule),
        ("comment:comment-2", "session_prompted")
    );
    let mut older = prompted();
    older["agentActivity"]["content"] = json!({ "type": "prompt" });
    older["agentActivity"]["body"] = "beside it".into();
    older["agentActivity"]["sourceCommentId"] = Value::Null;
    let event = Set::app().event(&older);
    assert_eq!(
        (event.text.as_str(), event.dedupe_key.as_str()),
        ("beside it", "activity:activity-1")
    );
    older["agentActivity"]["body"] = " ".into();
    assert_eq!(Set::app().rule(&older), "no_message");
}

#[test]
fn each_granularity_finds_its_conversation() {
    let event = Set::app().event(&prompted());
    for (granularity, expected) in [
        (Granularity::PerIssue, Some("issue-7")),
        (Granularity::PerThread, Some("comment-1")),
        (Granularity::PerUser, Some("user-ada")),
        (Granularity::PerWorkspace, Some("workspace")),
        (Granularity::PerEvent, None),
        (Granularity::PerChannel, None),
    ] {
        assert_eq!(
            conversation(&event, granularity).as_deref(),
            expected,
            "{granularity}"
        );
    }
    // A session without an issue is of no issue, and of a thread all the same.
    let mut elsewhere = created();
    let session = elsewhere["agentSession"].as_object_mut().unwrap();
    for gone in ["issue", "issueId", "comment", "commentId"] {
        session.remove(gone);
    }
    let event = Set::app().event(&elsewhere);
    assert_eq!(event.dedupe_key, "session:session-1");
    assert_eq!(conversation(&event, Granularity::PerIssue), None);
    assert_eq!(
        conversation(&event, Granularity::PerThread).as_deref(),
        Some("session-1")
    );
}

#[test]
fn a_mention_in_a_reply_is_not_taken_for_the_comment_it_replies_to() {
    let mut body = created();
    body["previousComments"] = json!([{ "id": "comment-1", "body": "It drips" }]);
    assert_eq!(Set::app().event(&body).dedupe_key, "session:session-1");
    body["agentSession"]["sourceCommentId"] = "comment-9".into();
    assert_eq!(Set::app().event(&body).dedupe_key, "comment:comment-9");
}

#[test]
fn a_stop_signal_stops_and_says_nothing() {
    let mut body = prompted();
    body["agentActivity"]["signal"] = "stop".into();
    let outcome = Set::app().parse(&body);
    let WebhookOutcome::Stopped(event) = outcome else {
        unreachable!("{outcome:?}")
    };
    assert_eq!(
        (event.dedupe_key.as_str(), event.rule),
        ("stop:activity-1", "stop_signal")
    );
    assert_eq!(
        conversation(&event, Granularity::PerIssue).as_deref(),
        Some("issue-7")
    );
    let set = Set::app().triggers(json!({ "people": ["eve@acme.example"] }));
    assert_eq!(set.rule(&body), "person_not_listed");
    body["agentActivity"]["signal"] = "continue".into();
    assert_eq!(Set::app().rule(&body), "accepted: session_prompted");
}

#[test]
fn what_is_of_another_organization_app_or_user_is_for_somebody_else() {
    for (name, value) in [
        ("organizationId", json!("org-2")),
        ("organizationId", Value::Null),
        ("appUserId", json!("bot-2")),
        ("oauthClientId", json!("app-2")),
    ] {
        let mut body = created();
        body[name] = value;
        assert_eq!(Set::app().rule(&body), "other_workspace", "{name}");
    }
    let mut body = created();
    body["agentSession"]["organizationId"] = "org-2".into();
    assert_eq!(Set::app().rule(&body), "other_workspace");
    let mut nowhere = Set::app();
    nowhere.workspace = None;
    assert_eq!(nowhere.rule(&created()), "not_installed");
}

#[test]
fn nothing_the_agent_does_itself_wakes_it() {
    let mut body = created();
    body["agentSession"]["creatorId"] = "bot-1".into();
    body["agentSession"]["creator"]["id"] = "bot-1".into();
    assert_eq!(Set::app().rule(&body), "own_event");
    let mut body = prompted();
    body["agentActivity"]["userId"] = "bot-1".into();
    body["agentActivity"]["user"]["id"] = "bot-1".into();
    assert_eq!(Set::app().rule(&body), "own_event");
    // Not where its id is listed either.
    let set = Set::app().triggers(json!({ "people": ["bot-1"] }));
    assert_eq!(set.rule(&body), "own_event");
}

#[test]
fn members_may_and_nobody_else_unless_listed() {
    let mut automation = created();
    let session = automation["agentSession"].as_object_mut().unwrap();
    session.remove("creator");
    session.remove("creatorId");
    assert_eq!(Set::app().rule(&automation), "no_member");
    let mut app = created();
    app["agentSession"]["creator"]["email"] = "x@oauthapp.linear.app".into();
    assert_eq!(Set::app().rule(&app), "another_app");
    let listed = Set::app().triggers(json!({ "people": ["user-ada"] }));
    assert_eq!(listed.rule(&app), "accepted: session_created");
    let by_email = Set::app().triggers(json!({ "people": ["ADA@acme.example"] }));
    assert_eq!(by_email.rule(&created()), "accepted: session_created");
    let other = Set::app().triggers(json!({ "people": ["eve@acme.example"] }));
    assert_eq!(other.rule(&created()), "person_not_listed");
    for (teams, rule) in [
        (json!(["eng"]), "accepted: session_created"),
        (json!(["team-eng"]), "accepted: session_created"),
        (json!(["OPS"]), "other_team"),
    ] {
        let set = Set::app().triggers(json!({ "teams": teams }));
        assert_eq!(set.rule(&created()), rule);
    }
    let mut teamless = created();
    teamless["agentSession"]
        .as_object_mut()
        .unwrap()
        .remove("issue");
    let set = Set::app().triggers(json!({ "teams": ["ENG"] }));
    assert_eq!(set.rule(&teamless), "other_team");
}

#[test]
fn an_app_that_is_taken_away_is_revoked() {
    let mut body = around("OAuthApp", "revoked", json!({}));
    body.as_object_mut().unwrap().remove("appUserId");
    let outcome = Set::app().parse(&body);
    let WebhookOutcome::Changed { rule, change, .. } = outcome else {
        unreachable!("{outcome:?}")
    };
    assert_eq!((rule, change), ("app_revoked", InstallationChange::Revoked));
    assert_eq!(Set::key().rule(&body), "other_app");
    body["oauthClientId"] = "app-2".into();
    assert_eq!(Set::app().rule(&body), "other_workspace");
}
