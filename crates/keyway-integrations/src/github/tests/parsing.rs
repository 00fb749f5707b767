use super::*;

const ALL: [&str; 7] = [
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "discussion",
    "discussion_comment",
];

/// Each event in which something can be said, with the words.
fn saying(event: &str, words: &str) -> Value {
    let (by, of) = ("ada", "MEMBER");
    let (quiet, speaks) = ("It drips.", said(800, by, of, words));
    match event {
        "issues" => payload("opened", by, &[("issue", issue(by, of, words))]),
        "issue_comment" => comment(words),
        "pull_request" => payload("opened", by, &[("pull_request", pull(by, of, words))]),
        "pull_request_review" => payload(
            "submitted",
            by,
            &[("pull_request", pull(by, of, quiet)), ("review", speaks)],
        ),
        "pull_request_review_comment" => payload(
            "created",
            by,
            &[("pull_request", pull(by, of, quiet)), ("comment", speaks)],
        ),
        "discussion" => payload("created", by, &[("discussion", issue(by, of, words))]),
        _ => payload(
            "created",
            by,
            &[("discussion", issue(by, of, quiet)), ("comment", speaks)],
        ),
    }
}

#[test]
fn a_mention_wakes_the_agent_wherever_it_is_said() {
    let set = Set::new(json!({}));
    for event in ALL {
        assert_eq!(
            set.rule(event, &saying(event, "@keyway please look")),
            "mentioned",
            "{event}"
        );
        assert_eq!(
            set.rule(event, &saying(event, "keyway please look")),
            "no_mention",
            "{event}"
        );
        assert_eq!(
            set.rule(event, &saying(event, "see `@keyway`")),
            "no_mention",
            "{event}"
        );
        let off = Set::new(json!({ "mentions": false, "labels": ["x"] }));
        assert_eq!(
            off.rule(event, &saying(event, "@keyway")),
            "mentions_off",
            "{event}"
        );
    }
}

#[test]
fn a_body_under_another_events_name_is_none() {
    let set = Set::new(json!({}));
    for signed in ALL {
        let body = saying(signed, "@keyway please look");
        for named in ALL.iter().filter(|named| **named != signed) {
            assert_eq!(
                set.rule(named, &body),
                "event_not_used",
                "{signed} as {named}"
            );
        }
    }
    for other in ["push", "workflow_run", "", "ISSUES", "star"] {
        assert_eq!(
            set.rule(other, &comment("@keyway")),
            "event_not_used",
            "{other}"
        );
    }
    assert_eq!(
        set.rule("ping", &json!({ "zen": "Design for failure." })),
        "ping"
    );
}

#[test]
fn the_agent_is_told_what_was_said_and_where() {
    let set = Set::new(json!({}));
    let event = set.accepted("issue_comment", &comment("@keyway please look"));
    assert_eq!(event.dedupe_key, "issue_comment:800");
    assert_eq!(event.thread.as_deref(), Some("900#7"));
    assert_eq!(event.user.as_deref(), Some("ada"));
    assert_eq!(
        event.about.as_deref(),
        Some("acme/web#7 The pipe is broken")
    );
    for part in [
        "Issue acme/web#7 The pipe is broken",
        "Labels: bug",
        "Comment by ada (MEMBER):\n@keyway please look",
        "It drips.",
        "Opened by: ada (MEMBER)",
    ] {
        assert!(event.text.contains(part), "{part} in {}", event.text);
    }
    assert_eq!(
        event.place,
        json!({ "repository": "acme/web", "number": 7, "kind": "issue", "at": "2026-11-29T10:00:00Z", "commentId": 800 })
    );
    let mut line = saying("pull_request_review_comment", "@keyway why?");
    line["comment"]["path"] = "src/main.rs".into();
    line["comment"]["line"] = 3.into();
    line["comment"]["diff_hunk"] = "@@ -1 +1 @@".into();
    line["comment"]["in_reply_to_id"] = 790.into();
    let event = set.accepted("pull_request_review_comment", &line);
    assert_eq!(
        (&event.place["kind"], &event.place["reviewThread"]),
        (&json!("pull_request"), &json!(790))
    );
    for part in [
        "Pull request acme/web#7",
        "3 files, 10 lines added, 2 removed, fix into main",
        "File: src/main.rs, line 3",
        "@@ -1 +1 @@",
    ] {
        assert!(event.text.contains(part), "{part} in {}", event.text);
    }
    let mut on_pull = comment("@keyway");
    on_pull["issue"]["pull_request"] = json!({ "url": "x" });
    assert_eq!(
        set.accepted("issue_comment", &on_pull).place["kind"],
        "pull_request"
    );
}

#[test]
fn granularities_decide_which_events_meet() {
    let event = Set::new(json!({})).accepted("issue_comment", &comment("@keyway"));
    let conversation = |granularity| {
        let dispatch = GitHub.dispatch(&event, granularity);
        dispatch.map(|dispatch| dispatch.conversation)
    };
    assert_eq!(
        conversation(Granularity::PerIssue),
        Some(Some("900#7".to_owned()))
    );
    assert_eq!(
        conversation(Granularity::PerUser),
        Some(Some("ada".to_owned()))
    );
    assert_eq!(
        conversation(Granularity::PerWorkspace),
        Some(Some("workspace".to_owned()))
    );
    assert_eq!(conversation(Granularity::PerEvent), Some(None));
    assert_eq!(conversation(Granularity::PerChannel), None);
    let offer = GitHub.publication();
    assert_eq!(offer.usual, Granularity::PerIssue);
    for granularity in Granularity::ALL {
        assert_eq!(
            conversation(granularity).is_some(),
            offer.granularities.contains(&granularity)
        );
    }
}

#[test]
fn what_is_of_another_installation_is_ignored() {
    let mut set = Set::new(json!({}));
    let mut other = comment("@keyway");
    other["installation"]["id"] = 43.into();
    assert_eq!(set.rule("issue_comment", &other), "other_workspace");
    let mut none = comment("@keyway");
    none["installation"] = Value::Null;
    assert_eq!(set.rule("issue_comment", &none), "no_installation");
    set.workspace = None;
    assert_eq!(
        set.rule("issue_comment", &comment("@keyway")),
        "not_installed"
    );
}

#[test]
fn an_edit_wakes_the_agent_where_it_mentions_it_for_the_first_time() {
    let set = Set::new(json!({}));
    for event in ALL {
        let edited = |from: Value| {
            let mut body = saying(event, "@keyway please look");
            body["action"] = "edited".into();
            body["changes"] = from;
            body
        };
        let rule = |from| set.rule(event, &edited(from));
        assert_eq!(
            rule(json!({ "body": { "from": "please look" } })),
            "mentioned",
            "{event}"
        );
        assert_eq!(
            rule(json!({ "body": { "from": "@keyway look" } })),
            "edit_mentions_again",
            "{event}"
        );
        assert_eq!(
            rule(json!({ "title": { "from": "x" } })),
            "edit_of_nothing_said",
            "{event}"
        );
        assert_eq!(rule(json!({})), "edit_of_nothing_said", "{event}");
        let mut away = edited(json!({ "body": { "from": "@keyway look" } }));
        for member in ["issue", "comment", "pull_request", "review", "discussion"] {
            if away[member].is_object() {
                away[member]["body"] = "look".into();
            }
        }
        assert!(set.rule(event, &away) == "edit_mentions_again", "{event}");
    }
}

#[test]
fn keys_tell_events_apart_and_know_the_same_one_again() {
    let set = Set::new(
        json!({ "labels": ["agent", "other"], "assignees": ["ada"], "reviewers": ["ada"], "reviewTeams": ["core"] }),
    );
    let key = |event: &str, body: &Value| set.accepted(event, body).dedupe_key;
    let labeled = |label: u64, at: &str| {
        let mut body = payload("labeled", "ada", &[("issue", issue("ada", "MEMBER", ""))]);
        body["label"] = json!({ "id": label, "name": if label == 5 { "agent" } else { "other" } });
        body["issue"]["updated_at"] = at.into();
        body
    };
    let edited = |words: &str| {
        let mut body = comment(words);
        body["action"] = "edited".into();
        body["changes"] = json!({ "body": { "from": "" } });
        body
    };
    let assigned = payload(
        "assigned",
        "ada",
        &[
            ("issue", issue("ada", "MEMBER", "")),
            ("assignee", json!({ "login": "ada", "id": 1 })),
        ],
    );
    let asked = |who: &str, value: Value| {
        payload(
            "review_requested",
            "ada",
            &[("pull_request", pull("ada", "MEMBER", "")), (who, value)],
        )
    };
    let keys = [
        key("issues", &labeled(5, "2026-11-29T10:00:00Z")),
        key("issues", &labeled(6, "2026-11-29T10:00:00Z")),
        key("issues", &labeled(5, "2026-11-29T10:00:01Z")),
        key("issues", &assigned),
        key(
            "pull_request",
            &asked("requested_reviewer", json!({ "login": "ada", "id": 1 })),
        ),
        key(
            "pull_request",
            &asked("requested_team", json!({ "slug": "core", "id": 1 })),
        ),
        key("issue_comment", &comment("@keyway one")),
        key("issue_comment", &edited("@keyway one")),
        key("issue_comment", &edited("@keyway two")),
        key(
            "pull_request_review_comment",
            &saying("pull_request_review_comment", "@keyway"),
        ),
        key(
            "pull_request_review",
            &saying("pull_request_review", "@keyway"),
        ),
        key("issues", &saying("issues", "@keyway")),
        key("pull_request", &saying("pull_request", "@keyway")),
    ];
    let different: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(different.len(), keys.len(), "{keys:?}");
    assert_eq!(key("issue_comment", &comment("@keyway one")), keys[6]);
    // What is ignored now has the key it has when it counts.
    let mut ignored =
        Set::new(json!({ "people": ["eve"] })).parse("issue_comment", &comment("@keyway one"));
    if let WebhookOutcome::Ignored { dedupe_key, .. } = &mut ignored {
        assert_eq!(*dedupe_key, keys[6]);
    } else {
        unreachable!("{ignored:?}");
    }
    let mut nameless = comment("@keyway");
    nameless["comment"]["id"] = "800".into();
    assert_eq!(set.rule("issue_comment", &nameless), "payload_incomplete");
    let mut long = labeled(5, "x");
    long["issue"]["updated_at"] = "x".repeat(300).into();
    assert_eq!(set.rule("issues", &long), "payload_incomplete");
    for nobody in [
        json!({}),
        json!({ "login": "", "type": "User" }),
        json!({ "login": "x".repeat(300) }),
    ] {
        let mut unsaid = comment("@keyway");
        unsaid["sender"] = nobody;
        assert_eq!(set.rule("issue_comment", &unsaid), "payload_incomplete");
    }
}

#[test]
fn every_rule_is_explained() {
    let unknown = GitHub.explain("no such rule");
    for rule in [
        "mentioned",
        "labeled",
        "assigned",
        "review_requested",
        "installed",
        "uninstalled",
        "suspended",
        "unsuspended",
        "permissions_accepted",
        "ping",
        "body_unreadable",
        "no_event",
        "no_installation",
        "not_installed",
        "not_requested",
        "other_workspace",
        "repositories_changed",
        "event_not_used",
        "action_not_used",
        "payload_incomplete",
        "own_event",
        "repository_not_listed",
        "mentions_off",
        "no_mention",
        "edit_of_nothing_said",
        "edit_mentions_again",
        "label_not_listed",
        "assignee_not_listed",
        "reviewer_not_listed",
        "person_not_listed",
        "sender_is_bot",
        "association_not_listed",
        "association_unknown",
        "label_missing",
        "settings_unreadable",
    ] {
        assert_ne!(GitHub.explain(rule), unknown, "{rule}");
    }
}
