use super::*;

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
