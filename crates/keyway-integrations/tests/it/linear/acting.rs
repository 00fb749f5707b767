use serde_json::{Value, json};

use super::setup::{Kept, asked, call, code, writes};

/// A workspace with one issue of each team.
async fn two_issues() -> (Kept, String, String) {
    let kept = Kept::installed().await;
    let eng = kept
        .vendor
        .add_issue("ENG", "The pipe leaks", "At the joint.");
    let ops = kept.vendor.add_issue("OPS", "A pipe is missing", "");
    (kept, eng, ops)
}

#[tokio::test]
async fn an_issue_is_created_in_its_team() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    let input = json!({
        "team": "ops", "title": "Order pipes", "description": "Ten.", "priority": 2, "parent": "ENG-1"
    });
    let made = call(&context, "create_issue", input).await.unwrap();
    assert_eq!(made["identifier"], "OPS-2");
    let (query, variables) = asked(&kept.vendor);
    assert!(query.starts_with("mutation Create") && query.contains("issueCreate(input: $input)"));
    assert_eq!(
        variables["input"],
        json!({ "teamId": kept.vendor.team("OPS"), "title": "Order pipes", "description": "Ten.", "priority": 2, "parentId": eng })
    );
    let issue = kept.vendor.thing(made["id"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&issue["creator"], &issue["parent"]),
        (&json!("Keyway"), &json!("ENG-1"))
    );
    let absent = call(
        &context,
        "create_issue",
        json!({ "team": "NOPE", "title": "x" }),
    )
    .await;
    assert_eq!(absent.unwrap_err().problems()[0].pointer, "/team");
    let orphan = json!({ "team": "ENG", "title": "x", "parent": "ENG-404" });
    assert_eq!(
        code(call(&context, "create_issue", orphan).await),
        "target_not_found"
    );
}

#[tokio::test]
async fn an_issue_is_changed_in_what_is_given() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    let input =
        json!({ "issue": "ENG-1", "title": "Drips", "priority": 1, "due_date": "2026-12-01" });
    let changed = call(&context, "update_issue", input).await.unwrap();
    assert_eq!(
        (&changed["title"], &changed["priorityLabel"]),
        (&json!("Drips"), &json!("Urgent"))
    );
    let (query, variables) = asked(&kept.vendor);
    assert!(query.contains("issueUpdate(id: $id, input: $input)"));
    assert_eq!(
        variables,
        json!({ "id": eng, "input": { "title": "Drips", "priority": 1, "dueDate": "2026-12-01" } })
    );
    assert_eq!(
        kept.vendor.thing(&eng).unwrap()["description"],
        "At the joint."
    );
    let input = json!({ "issue": "ENG-1", "due_date": null });
    call(&context, "update_issue", input).await.unwrap();
    assert_eq!(kept.vendor.thing(&eng).unwrap()["dueDate"], Value::Null);
    let nothing = call(&context, "update_issue", json!({ "issue": "ENG-1" })).await;
    assert_eq!(code(nothing), "invalid_input");
}

#[tokio::test]
async fn a_comment_is_written_below_its_thread() {
    let (kept, eng, ops) = two_issues().await;
    let root = kept.vendor.add_comment(&eng, None, "It drips");
    let reply = kept.vendor.add_comment(&eng, Some(&root), "A lot");
    let elsewhere = kept.vendor.add_comment(&ops, None, "None left");
    let context = kept.publication(json!({})).await;
    let input = json!({ "issue": "ENG-1", "body": "Seen." });
    let made = call(&context, "create_comment", input).await.unwrap();
    assert!(made["url"].as_str().unwrap().contains("#comment-"));
    assert_eq!(
        asked(&kept.vendor).1["input"],
        json!({ "issueId": eng, "body": "Seen.", "parentId": null })
    );
    for parent in [&root, &reply] {
        let input = json!({ "issue": "ENG-1", "body": "Coming.", "parent": parent });
        call(&context, "create_comment", input).await.unwrap();
        assert_eq!(asked(&kept.vendor).1["input"]["parentId"], json!(root));
    }
    let before = writes(&kept.vendor);
    let input = json!({ "issue": "ENG-1", "body": "x", "parent": elsewhere });
    assert_eq!(
        call(&context, "create_comment", input)
            .await
            .unwrap_err()
            .problems()[0]
            .pointer,
        "/parent"
    );
    let input =
        json!({ "issue": "ENG-1", "body": "x", "parent": "00000000-0000-4000-8000-00000000dead" });
    assert_eq!(
        code(call(&context, "create_comment", input).await),
        "target_not_found"
    );
    assert_eq!(writes(&kept.vendor), before);
    let long = json!({ "issue": "ENG-1", "body": "é".repeat(60_000) });
    call(&context, "create_comment", long).await.unwrap();
    let body = asked(&kept.vendor).1["input"]["body"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(body.len() <= 60_000 && body.contains("The rest is cut"));
}

#[tokio::test]
async fn an_issue_moves_to_a_status_of_its_own_team() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    let input = json!({ "issue": "ENG-1", "status": "done" });
    let moved = call(&context, "update_status", input).await.unwrap();
    assert_eq!(moved["state"]["name"], "Done");
    assert_eq!(kept.vendor.thing(&eng).unwrap()["state"], "Done");
    let variables = asked(&kept.vendor).1;
    assert_eq!(
        variables["input"]
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["stateId"]
    );
    let before = writes(&kept.vendor);
    let input = json!({ "issue": "ENG-1", "status": "Elsewhere" });
    assert_eq!(
        call(&context, "update_status", input)
            .await
            .unwrap_err()
            .problems()[0]
            .pointer,
        "/status"
    );
    assert_eq!(writes(&kept.vendor), before);
}

#[tokio::test]
async fn labels_are_added_and_taken_away_by_name() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    let input = json!({ "issue": "ENG-1", "add": ["bug", "eng only"] });
    call(&context, "update_labels", input).await.unwrap();
    assert_eq!(
        kept.vendor.thing(&eng).unwrap()["labels"],
        json!(["bug", "ENG only"])
    );
    let input = json!({ "issue": "ENG-1", "add": ["agent"], "remove": ["Bug"] });
    let labeled = call(&context, "update_labels", input).await.unwrap();
    assert_eq!(
        labeled["labels"]["nodes"],
        json!([{ "name": "ENG only" }, { "name": "agent" }])
    );
    let variables = asked(&kept.vendor).1;
    let names: Vec<_> = variables["input"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["addedLabelIds", "removedLabelIds"]);
    let before = writes(&kept.vendor);
    // Another team's label is none of this issue's.
    for (input, place) in [
        (
            json!({ "issue": "ENG-1", "add": ["bug", "OPS only"] }),
            "/add/1",
        ),
        (
            json!({ "issue": "ENG-1", "remove": ["nowhere"] }),
            "/remove/0",
        ),
        (json!({ "issue": "ENG-1" }), ""),
    ] {
        let error = call(&context, "update_labels", input).await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, place);
    }
    assert_eq!(writes(&kept.vendor), before);
}

#[tokio::test]
async fn an_issue_is_assigned_to_a_member_or_nobody() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    let bob = kept.vendor.person("bob@acme.example");
    for person in ["bob@acme.example", "Bob", &bob] {
        let input = json!({ "issue": "ENG-1", "assignee": person });
        let assigned = call(&context, "assign_issue", input).await.unwrap();
        assert_eq!(assigned["assignee"]["displayName"], "bob");
        assert_eq!(asked(&kept.vendor).1["input"], json!({ "assigneeId": bob }));
        let input = json!({ "issue": "ENG-1", "assignee": null });
        call(&context, "assign_issue", input).await.unwrap();
        assert_eq!(kept.vendor.thing(&eng).unwrap()["assignee"], Value::Null);
    }
    let input = json!({ "issue": "ENG-1", "assignee": "eve@evil.example" });
    assert_eq!(
        call(&context, "assign_issue", input)
            .await
            .unwrap_err()
            .problems()[0]
            .pointer,
        "/assignee"
    );
}

/// What each tool that changes something takes, about this issue.
fn inputs(issue: &str) -> [(&'static str, Value); 5] {
    [
        ("update_issue", json!({ "issue": issue, "title": "x" })),
        ("create_comment", json!({ "issue": issue, "body": "x" })),
        ("update_status", json!({ "issue": issue, "status": "Done" })),
        ("update_labels", json!({ "issue": issue, "add": ["bug"] })),
        ("assign_issue", json!({ "issue": issue, "assignee": "Bob" })),
    ]
}

#[tokio::test]
async fn what_is_of_another_team_is_not_touched_by_any_name() {
    let (kept, _, ops) = two_issues().await;
    let context = kept.publication(json!({ "teams": ["eng"] })).await;
    kept.vendor.forget_received();
    for name in ["OPS-1", "ops-1", &ops] {
        for (tool, input) in inputs(name) {
            assert_eq!(
                code(call(&context, tool, input).await),
                "outside_publication",
                "{tool}"
            );
        }
        let below = json!({ "team": "ENG", "title": "x", "parent": name });
        assert_eq!(
            code(call(&context, "create_issue", below).await),
            "outside_publication"
        );
    }
    for team in ["OPS", &kept.vendor.team("OPS")] {
        let input = json!({ "team": team, "title": "x" });
        assert_eq!(
            code(call(&context, "create_issue", input).await),
            "outside_publication"
        );
    }
    assert_eq!(writes(&kept.vendor), 0);
    for (tool, input) in inputs("ENG-1") {
        call(&context, tool, input).await.unwrap();
    }
    assert_eq!(writes(&kept.vendor), 5);
}

#[tokio::test]
async fn what_is_archived_or_absent_is_not_changed() {
    let (kept, eng, _) = two_issues().await;
    let context = kept.publication(json!({})).await;
    kept.vendor.archive(&eng);
    kept.vendor.forget_received();
    for (tool, input) in inputs("ENG-1") {
        assert_eq!(
            code(call(&context, tool, input).await),
            "target_archived",
            "{tool}"
        );
    }
    for (tool, input) in inputs("ENG-404") {
        assert_eq!(
            code(call(&context, tool, input).await),
            "target_not_found",
            "{tool}"
        );
    }
    assert_eq!(writes(&kept.vendor), 0);
}
