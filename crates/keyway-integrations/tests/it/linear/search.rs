use keyway_core::provider::{GrantedScopes, IntegrationProvider as _};
use keyway_integrations::Linear;
use serde_json::json;

use super::setup::{Kept, asked, call, code};

#[tokio::test]
async fn an_issue_is_read_by_identifier_or_id() {
    let kept = Kept::installed().await;
    let id = kept
        .vendor
        .add_issue("ENG", "The pipe leaks", "At the joint.");
    let comment = kept.vendor.add_comment(&id, None, "It drips");
    let context = kept.publication(json!({})).await;
    for name in ["ENG-1", "eng-1", &id] {
        let issue = call(&context, "get_issue", json!({ "issue": name }))
            .await
            .unwrap();
        assert_eq!(issue["identifier"], "ENG-1");
        assert_eq!(issue["description"], "At the joint.");
        assert_eq!(issue["state"]["name"], "Todo");
        assert_eq!(issue["team"]["key"], "ENG");
        assert_eq!(issue["comments"]["nodes"][0]["id"], comment);
        assert_eq!(issue["comments"]["nodes"][0]["user"]["displayName"], "ada");
    }
    let (query, variables) = asked(&kept.vendor);
    assert!(query.starts_with("query Issue") && query.contains("issue(id: $id)"));
    assert_eq!(variables, json!({ "id": id }));
    let absent = call(&context, "get_issue", json!({ "issue": "ENG-404" })).await;
    assert_eq!(code(absent), "target_not_found");
    kept.vendor.archive(&id);
    let archived = call(&context, "get_issue", json!({ "issue": "ENG-1" }))
        .await
        .unwrap();
    assert!(archived["archivedAt"].is_string());
}

#[tokio::test]
async fn issues_are_found_by_words_and_what_they_are_like() {
    let kept = Kept::installed().await;
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    kept.vendor.add_issue("ENG", "The pipe sings", "");
    kept.vendor.add_issue("OPS", "A pipe is missing", "");
    kept.vendor.add_issue("ENG", "Paint", "");
    let context = kept.publication(json!({})).await;
    let input = json!({ "issue": "ENG-2", "status": "in progress" });
    call(&context, "update_status", input).await.unwrap();
    let input = json!({ "issue": "ENG-2", "add": ["BUG"] });
    call(&context, "update_labels", input).await.unwrap();
    let input = json!({ "issue": "ENG-2", "assignee": "bob@acme.example" });
    call(&context, "assign_issue", input).await.unwrap();
    for (input, found) in [
        (json!({ "query": "pipe" }), vec!["ENG-1", "ENG-2", "OPS-1"]),
        (json!({ "query": "pipe", "team": "ops" }), vec!["OPS-1"]),
        (
            json!({ "query": "pipe", "team": kept.vendor.team("ENG") }),
            vec!["ENG-1", "ENG-2"],
        ),
        (
            json!({ "query": "pipe", "status": "In Progress" }),
            vec!["ENG-2"],
        ),
        (json!({ "query": "pipe", "label": "bug" }), vec!["ENG-2"]),
        (
            json!({ "query": "pipe", "assignee": "BOB@acme.example" }),
            vec!["ENG-2"],
        ),
        (json!({ "query": "nothing" }), vec![]),
    ] {
        let answer = call(&context, "search_issues", input.clone())
            .await
            .unwrap();
        let names = answer["issues"].as_array().unwrap().iter();
        let mut names: Vec<_> = names
            .map(|issue| issue["identifier"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, found, "{input}");
        assert_eq!(answer["total"], found.len());
    }
    let one = call(
        &context,
        "search_issues",
        json!({ "query": "pipe", "limit": 1 }),
    )
    .await
    .unwrap();
    assert_eq!(
        (one["issues"].as_array().unwrap().len(), &one["total"]),
        (1, &json!(3))
    );
    let absent = call(
        &context,
        "search_issues",
        json!({ "query": "pipe", "team": "NOPE" }),
    )
    .await;
    assert_eq!(absent.unwrap_err().problems()[0].pointer, "/team");
}

#[tokio::test]
async fn what_is_of_another_team_is_neither_read_nor_found() {
    let kept = Kept::installed().await;
    let ops = kept.vendor.add_issue("OPS", "A pipe is missing", "");
    kept.vendor.add_issue("ENG", "The pipe leaks", "");
    for teams in [json!(["ENG"]), json!([kept.vendor.team("ENG")])] {
        let context = kept.publication(json!({ "teams": teams })).await;
        for name in ["OPS-1", &ops] {
            let outside = call(&context, "get_issue", json!({ "issue": name })).await;
            assert_eq!(code(outside), "outside_publication");
        }
        let outside = call(
            &context,
            "search_issues",
            json!({ "query": "pipe", "team": "OPS" }),
        )
        .await;
        assert_eq!(code(outside), "outside_publication");
        let found = call(&context, "search_issues", json!({ "query": "pipe" }))
            .await
            .unwrap();
        assert_eq!(found["total"], 1);
        assert_eq!(found["issues"][0]["identifier"], "ENG-1");
        call(&context, "get_issue", json!({ "issue": "ENG-1" }))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_issue_below_one_of_another_team_says_nothing_of_that_one() {
    let kept = Kept::installed().await;
    kept.vendor.add_issue("OPS", "A canary is missing", "");
    let everywhere = kept.publication(json!({})).await;
    let input = json!({ "team": "ENG", "title": "Look for it", "parent": "OPS-1" });
    call(&everywhere, "create_issue", input).await.unwrap();
    let read = json!({ "issue": "ENG-1" });
    let issue = call(&everywhere, "get_issue", read.clone()).await.unwrap();
    assert_eq!(issue["parent"]["identifier"], "OPS-1");
    let eng = kept.publication(json!({ "teams": ["ENG"] })).await;
    let issue = call(&eng, "get_issue", read).await.unwrap();
    assert!(issue["parent"].is_null() && !issue.to_string().contains("canary"));
}

#[tokio::test]
async fn a_tool_without_its_scope_asks_nothing() {
    let kept = Kept::installed().await;
    let context = kept
        .publication_with(json!({}), GrantedScopes::default())
        .await;
    kept.vendor.forget_received();
    for tool in Linear.tools() {
        let refused = call(&context, tool.name, json!({})).await;
        assert_eq!(code(refused), "publication_scope_missing", "{}", tool.name);
    }
    assert_eq!(
        code(call(&context, "delete_everything", json!({})).await),
        "tool_not_found"
    );
    assert!(kept.vendor.received().is_empty());
}

#[tokio::test]
async fn input_that_is_not_a_tool_s_is_refused_and_not_repeated() {
    let kept = Kept::installed().await;
    let context = kept.publication(json!({})).await;
    kept.vendor.forget_received();
    for tool in Linear.tools() {
        for bad in [
            json!({ "canary": 1 }),
            json!("canary"),
            json!({ "issue": ["canary"] }),
            json!(null),
        ] {
            assert_eq!(
                code(call(&context, tool.name, bad).await),
                "invalid_input",
                "{}",
                tool.name
            );
        }
    }
    assert!(kept.vendor.received().is_empty());
}
