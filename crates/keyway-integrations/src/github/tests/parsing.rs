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
fn what_the_agent_does_itself_wakes_nobody() {
    let set = Set::new(json!({ "labels": ["agent"], "people": ["ada", "eve[bot]"] }));
    for login in ["keyway[bot]", "Keyway[BOT]"] {
        let mut own = comment("@keyway");
        own["sender"] = person(login);
        assert_eq!(set.rule("issue_comment", &own), "own_event", "{login}");
    }
    let mut labeled = payload(
        "labeled",
        "keyway[bot]",
        &[("issue", issue("ada", "MEMBER", ""))],
    );
    labeled["label"] = json!({ "id": 5, "name": "agent" });
    assert_eq!(set.rule("issues", &labeled), "own_event");
    // Under a name that the app had before.
    let mut renamed = comment("@keyway");
    renamed["sender"] = person("eve[bot]");
    renamed["comment"]["user"] = person("eve[bot]");
    assert_eq!(set.rule("issue_comment", &renamed), "mentioned");
    renamed["comment"]["performed_via_github_app"] = json!({ "id": 7 });
    assert_eq!(set.rule("issue_comment", &renamed), "own_event");
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
}

#[test]
fn labels_assignments_and_requests_wake_the_agent_where_they_are_listed() {
    let set = Set::new(
        json!({ "labels": ["Agent"], "assignees": ["stand-in"], "reviewers": ["stand-in"], "reviewTeams": ["core"] }),
    );
    let subject = || issue("ada", "MEMBER", "");
    let labeled = |name: &str| {
        payload(
            "labeled",
            "ada",
            &[
                ("issue", subject()),
                ("label", json!({ "id": 5, "name": name })),
            ],
        )
    };
    assert_eq!(set.rule("issues", &labeled("agent")), "labeled");
    assert_eq!(set.rule("issues", &labeled("bug")), "label_not_listed");
    let assigned = |login: &str| {
        payload(
            "assigned",
            "ada",
            &[
                ("issue", subject()),
                ("assignee", json!({ "id": 5, "login": login })),
            ],
        )
    };
    assert_eq!(set.rule("issues", &assigned("stand-in")), "assigned");
    assert_eq!(set.rule("issues", &assigned("keyway[bot]")), "assigned");
    assert_eq!(set.rule("issues", &assigned("ada")), "assignee_not_listed");
    let asked = |who: &str, value: Value| {
        payload(
            "review_requested",
            "ada",
            &[("pull_request", pull("ada", "MEMBER", "")), (who, value)],
        )
    };
    assert_eq!(
        set.rule(
            "pull_request",
            &asked(
                "requested_reviewer",
                json!({ "id": 1, "login": "stand-in" })
            )
        ),
        "review_requested"
    );
    assert_eq!(
        set.rule(
            "pull_request",
            &asked("requested_team", json!({ "id": 1, "slug": "core" }))
        ),
        "review_requested"
    );
    assert_eq!(
        set.rule(
            "pull_request",
            &asked("requested_team", json!({ "id": 1, "slug": "docs" }))
        ),
        "reviewer_not_listed"
    );
    for action in [
        "unlabeled",
        "closed",
        "synchronize",
        "deleted",
        "submitted",
        "",
    ] {
        let mut body = labeled("agent");
        body["action"] = action.into();
        assert_eq!(set.rule("issues", &body), "action_not_used", "{action}");
    }
}

#[test]
fn no_stranger_wakes_the_agent() {
    let usual = Set::new(json!({ "labels": ["agent"] }));
    let as_what = |association: &str| {
        let mut body = comment("@keyway");
        body["comment"]["author_association"] = association.into();
        body
    };
    for member in ["OWNER", "MEMBER", "COLLABORATOR"] {
        assert_eq!(
            usual.rule("issue_comment", &as_what(member)),
            "mentioned",
            "{member}"
        );
    }
    for stranger in [
        "CONTRIBUTOR",
        "FIRST_TIME_CONTRIBUTOR",
        "FIRST_TIMER",
        "MANNEQUIN",
        "NONE",
        "",
        "member",
    ] {
        assert_eq!(
            usual.rule("issue_comment", &as_what(stranger)),
            "association_not_listed",
            "{stranger}"
        );
    }
    // Who opened the issue says nothing of who comments on it.
    let mut on_a_members = as_what("NONE");
    on_a_members["issue"]["author_association"] = "OWNER".into();
    assert_eq!(
        usual.rule("issue_comment", &on_a_members),
        "association_not_listed"
    );
    // A label that an issue's template brings is the stranger's who opened it.
    let labeled = |sender: &str| {
        payload(
            "labeled",
            sender,
            &[
                ("issue", issue("eve", "NONE", "")),
                ("label", json!({ "id": 5, "name": "agent" })),
            ],
        )
    };
    assert_eq!(
        usual.rule("issues", &labeled("eve")),
        "association_not_listed"
    );
    assert_eq!(usual.rule("issues", &labeled("ada")), "labeled");
    assert_eq!(
        usual.rule("issues", &labeled("triage[bot]")),
        "sender_is_bot"
    );
    let owners = Set::new(json!({ "labels": ["agent"], "associations": ["OWNER"] }));
    assert_eq!(
        owners.rule("issues", &labeled("ada")),
        "association_unknown"
    );
    assert_eq!(
        owners.rule("issue_comment", &as_what("MEMBER")),
        "association_not_listed"
    );
    let open = Set::new(json!({ "associations": ["NONE"] }));
    assert_eq!(open.rule("issue_comment", &as_what("NONE")), "mentioned");
    // Somebody speaks for somebody else.
    let mut forged = as_what("MEMBER");
    forged["sender"] = person("eve");
    assert_eq!(
        usual.rule("issue_comment", &forged),
        "association_not_listed"
    );
}

#[test]
fn people_repositories_and_labels_narrow_it() {
    let named = Set::new(json!({ "people": ["Ada", "triage[bot]"] }));
    let by = |login: &str| {
        let mut body = comment("@keyway");
        body["sender"] = person(login);
        body["comment"]["author_association"] = "NONE".into();
        body
    };
    assert_eq!(named.rule("issue_comment", &by("ada")), "mentioned");
    assert_eq!(named.rule("issue_comment", &by("triage[bot]")), "mentioned");
    assert_eq!(named.rule("issue_comment", &by("eve")), "person_not_listed");
    let here = Set::new(json!({ "repositories": ["ACME/web"] }));
    assert_eq!(here.rule("issue_comment", &comment("@keyway")), "mentioned");
    let there = Set::new(json!({ "repositories": ["acme/api"] }));
    assert_eq!(
        there.rule("issue_comment", &comment("@keyway")),
        "repository_not_listed"
    );
    let bugs = Set::new(json!({ "withLabels": ["Bug"] }));
    assert_eq!(bugs.rule("issue_comment", &comment("@keyway")), "mentioned");
    let docs = Set::new(json!({ "withLabels": ["docs"] }));
    assert_eq!(
        docs.rule("issue_comment", &comment("@keyway")),
        "label_missing"
    );
}

/// What an event of the installation itself changes.
fn changed(
    set: &Set,
    action: &str,
    more: &[(&str, Value)],
) -> Result<(&'static str, InstallationChange), String> {
    let mut body = json!({
        "action": action, "sender": person("ada"),
        "installation": {
            "id": 42, "app_id": 7, "account": { "login": "acme", "html_url": "https://github.com/acme" },
            "permissions": { "issues": "write" }, "updated_at": "2026-11-29T10:00:00Z", "suspended_at": null,
        },
    });
    for (name, value) in more {
        body["installation"][*name] = value.clone();
    }
    match set.parse("installation", &body) {
        WebhookOutcome::Changed {
            rule,
            change,
            dedupe_key,
        } => {
            assert!(dedupe_key.starts_with("installation:42:"), "{dedupe_key}");
            Ok((rule, change))
        }
        WebhookOutcome::Ignored { rule, .. } => Err(rule),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn what_happens_to_the_installation_changes_it() {
    let set = Set::new(json!({}));
    for (action, change) in [
        ("deleted", InstallationChange::Revoked),
        ("suspend", InstallationChange::Suspended),
        ("unsuspend", InstallationChange::Resumed),
    ] {
        assert_eq!(changed(&set, action, &[]).unwrap().1, change, "{action}");
        let elsewhere = changed(&set, action, &[("id", json!(43))]);
        assert_eq!(elsewhere.unwrap_err(), "other_workspace", "{action}");
    }
    let (rule, change) = changed(&set, "new_permissions_accepted", &[]).unwrap();
    let InstallationChange::Installed(workspace) = change else {
        unreachable!("{change:?}")
    };
    assert_eq!(
        (rule, workspace.granted),
        ("permissions_accepted", vec!["issues:write".to_owned()])
    );
    assert_eq!(
        changed(&set, "created", &[]).unwrap_err(),
        "action_not_used"
    );
    let repositories = json!({ "action": "added", "installation": { "id": 42 } });
    assert_eq!(
        set.rule("installation_repositories", &repositories),
        "repositories_changed"
    );
}

#[test]
fn an_installation_is_taken_from_a_webhook_only_where_an_owner_was_asked() {
    let mut set = Set::new(json!({}));
    set.workspace = None;
    assert_eq!(changed(&set, "created", &[]).unwrap_err(), "not_requested");
    set.settings["requested"] = true.into();
    let (rule, change) = changed(&set, "created", &[]).unwrap();
    let InstallationChange::Installed(workspace) = change else {
        unreachable!("{change:?}")
    };
    assert_eq!(
        (rule, workspace.id.as_str(), workspace.name.as_str()),
        ("installed", "42", "acme")
    );
    assert_eq!(workspace.bot_id.as_deref(), Some("keyway[bot]"));
    assert_eq!(
        changed(&set, "created", &[("app_id", json!(8))]).unwrap_err(),
        "other_workspace"
    );
    assert_eq!(changed(&set, "deleted", &[]).unwrap_err(), "not_installed");
    set.settings["organization"] = "umbrella".into();
    assert_eq!(
        changed(&set, "created", &[]).unwrap_err(),
        "other_workspace"
    );
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
