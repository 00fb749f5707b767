//! Each tool: its scope, and what it asks Linear for.

use std::sync::Arc;

use keyway_core::provider::{GrantedScopes, IntegrationProvider as _};
use keyway_integrations::Linear;
use serde_json::{Value, json};

use super::setup::{Kept, call, code};

/// A tool, its scope, what it takes, and the fields of the API that are asked for, in order.
type Row = (&'static str, &'static str, Value, &'static [&'static str]);

fn table() -> Vec<Row> {
    let issue = || json!({ "issue": "ENG-1" });
    let with = |name: &str, value: Value| {
        let mut input = issue();
        input[name] = value;
        input
    };
    vec![
        ("get_issue", "issue.read", issue(), &["issue"]),
        (
            "search_issues",
            "issue.read",
            json!({ "query": "pipe" }),
            &["searchIssues"],
        ),
        (
            "create_issue",
            "issue.create",
            json!({ "team": "ENG", "title": "x" }),
            &["teams", "issueCreate"],
        ),
        (
            "update_issue",
            "issue.update",
            with("title", "x".into()),
            &["issue", "issueUpdate"],
        ),
        (
            "create_comment",
            "comment.create",
            with("body", "x".into()),
            &["issue", "commentCreate"],
        ),
        (
            "update_status",
            "status.update",
            with("status", "Done".into()),
            &["issue", "workflowStates", "issueUpdate"],
        ),
        (
            "update_labels",
            "label.update",
            with("add", json!(["bug"])),
            &["issue", "issueLabels", "issueUpdate"],
        ),
        (
            "assign_issue",
            "assignee.update",
            with("assignee", "Bob".into()),
            &["issue", "users", "issueUpdate"],
        ),
        (
            "graphql_read",
            "graphql.read",
            json!({ "query": "{ viewer { id } }" }),
            &["viewer"],
        ),
    ]
}

/// The first field that a document asks for.
fn field(document: &str) -> String {
    let (_, inside) = document.split_once('{').unwrap();
    let inside = inside.trim_start();
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
    inside[..end].to_owned()
}

#[tokio::test]
async fn each_tool_asks_linear_for_what_its_table_says_and_nothing_without_its_scope() {
    let table = table();
    let tools = Linear.tools().iter();
    let named: Vec<_> = tools.map(|tool| (tool.name, tool.scope)).collect();
    let listed: Vec<_> = table
        .iter()
        .map(|(name, scope, ..)| (*name, *scope))
        .collect();
    assert_eq!(named, listed);
    for (tool, scope, input, expected) in table {
        let kept = Kept::installed().await;
        kept.vendor.add_issue("ENG", "The pipe leaks", "");
        let mut context = kept
            .publication_with(json!({}), GrantedScopes::of([scope]))
            .await;
        let before = kept.vendor.received().len();
        call(&context, tool, input.clone()).await.unwrap();
        let sent = kept.vendor.received().split_off(before);
        let fields: Vec<_> = sent
            .iter()
            .map(|one| field(one.body["query"].as_str().unwrap()))
            .collect();
        assert_eq!(fields, expected, "{tool}");
        assert!(sent.iter().all(|one| one.line == "POST /graphql"), "{tool}");
        let others = Linear.publication().scopes.iter().map(|one| one.name);
        let others = others.filter(|name| *name != scope);
        context.scopes = Arc::new(GrantedScopes::of(others));
        let before = kept.vendor.received().len();
        let refused = code(call(&context, tool, input).await);
        assert_eq!(refused, "publication_scope_missing", "{tool}");
        assert_eq!(kept.vendor.received().len(), before, "{tool}");
    }
}
