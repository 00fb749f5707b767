use std::sync::Arc;
use std::time::Duration;

use keyway_core::provider::{GrantedScopes, IntegrationProvider as _};
use keyway_integrations::GitHub;
use keyway_testkit::github::Misbehaviour;
use serde_json::{Value, json};

use super::world::{WEB, World, now, refused, run};

/// Something that each tool takes.
fn inputs() -> Vec<(&'static str, Value)> {
    vec![
        ("get_issue", json!({ "number": 1 })),
        ("get_pull_request", json!({ "number": 2 })),
        ("get_diff", json!({ "number": 2 })),
        ("get_file", json!({ "path": "README.md" })),
        ("get_checks", json!({ "ref": "main" })),
        ("create_comment", json!({ "number": 1, "body": "x" })),
        ("update_labels", json!({ "number": 1, "add": ["x"] })),
        ("assign", json!({ "number": 1, "people": ["ada"] })),
        ("create_issue", json!({ "title": "x" })),
        (
            "commit_files",
            json!({ "branch": "x", "message": "x", "files": [{ "path": "x", "content": "x" }] }),
        ),
        (
            "create_pull_request",
            json!({ "title": "x", "head": "x", "base": "main" }),
        ),
        (
            "submit_review",
            json!({ "number": 2, "verdict": "approve" }),
        ),
        ("merge_pull_request", json!({ "number": 2 })),
        (
            "dispatch_workflow",
            json!({ "workflow": "x.yml", "ref": "main" }),
        ),
    ]
}

fn with(input: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut input = input.clone();
    input[name] = value.into();
    input
}

#[test]
fn each_tool_has_one_scope_of_the_offer_and_each_scope_a_tool() {
    let (tools, offer) = (GitHub.tools(), GitHub.publication());
    assert_eq!(tools.len(), 14);
    let named: Vec<_> = inputs().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        tools.iter().map(|tool| tool.name).collect::<Vec<_>>(),
        named
    );
    for tool in tools {
        assert!(
            offer.scopes.iter().any(|scope| scope.name == tool.scope),
            "{}",
            tool.name
        );
        let schema = (tool.input_schema)();
        assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
        assert!(
            schema["properties"]["repository"].is_object(),
            "{}",
            tool.name
        );
    }
    for scope in offer.scopes {
        assert!(
            tools.iter().any(|tool| tool.scope == scope.name),
            "{}",
            scope.name
        );
    }
    let unusual: Vec<_> = offer
        .scopes
        .iter()
        .filter(|scope| !scope.usual)
        .map(|scope| scope.name)
        .collect();
    assert_eq!(unusual, ["pr.merge", "workflow.dispatch"]);
    assert_eq!(GitHub.reply_scope(), Some("comment.create"));
}

#[tokio::test]
async fn a_tool_without_its_scope_sends_nothing() {
    let world = World::installed().await;
    let before = world.vendor.received().len();
    for tool in GitHub.tools() {
        let mut context = world.publication(1);
        let others = GitHub.publication().scopes.iter().map(|scope| scope.name);
        context.scopes = Arc::new(GrantedScopes::of(others.filter(|name| *name != tool.scope)));
        assert_eq!(
            refused(&context, tool.name, json!({})).await,
            "scope_not_granted",
            "{}",
            tool.name
        );
    }
    let context = world.publication(1);
    assert_eq!(
        refused(&context, "delete_repository", json!({})).await,
        "tool_not_found"
    );
    assert_eq!(world.vendor.received().len(), before);
}

#[tokio::test]
async fn a_tool_that_names_another_repository_is_refused() {
    let world = World::installed().await;
    world.vendor.repository("acme/api");
    world.vendor.repository("acme/hidden");
    world.vendor.hide(world.installation(), "acme/hidden");
    world.vendor.repository("eve/public");
    let mut context = world.publication(1);
    context.triggers = Arc::new(json!({ "repositories": [WEB] }));
    let before = world.vendor.received().len();
    for (tool, input) in inputs() {
        for other in ["acme/api", "eve/public", "acme/hidden"] {
            let code = refused(&context, tool, with(&input, "repository", other)).await;
            assert_eq!(code, "outside_publication", "{tool} {other}");
        }
        for bad in [
            "acme/..",
            "acme/web/../api",
            "acme",
            "acme/web?x=",
            "../user",
            "",
        ] {
            let code = refused(&context, tool, with(&input, "repository", bad)).await;
            assert_eq!(code, "invalid_input", "{tool} {bad}");
        }
    }
    assert_eq!(world.vendor.received().len(), before, "nothing was sent");
    // Without a list it is the installation's repositories, though a token reads what is public anywhere.
    context.triggers = Arc::new(json!({}));
    for (tool, input) in inputs() {
        for other in ["eve/public", "acme/hidden", "acme/none"] {
            let code = refused(&context, tool, with(&input, "repository", other)).await;
            assert_eq!(code, "outside_publication", "{tool} {other}");
        }
    }
    let file = json!({ "repository": "acme/api", "path": "README.md" });
    assert!(run(&context, "get_file", file).await.is_ok());
    // The event's own is none where it is not listed any more.
    context.triggers = Arc::new(json!({ "repositories": ["acme/api"] }));
    assert_eq!(
        refused(&context, "get_file", json!({ "path": "README.md" })).await,
        "outside_publication"
    );
    // Nor is there one where no event is.
    context.triggers = Arc::new(json!({}));
    context.place = None;
    assert_eq!(
        refused(&context, "get_file", json!({ "path": "README.md" })).await,
        "invalid_input"
    );
}

#[tokio::test]
async fn what_a_tool_does_not_take_is_refused_and_not_repeated() {
    let world = World::installed().await;
    let context = world.publication(1);
    for (tool, input) in inputs() {
        let code = refused(&context, tool, with(&input, "s3cret", 1)).await;
        assert_eq!(code, "invalid_input", "{tool}");
        let code = refused(&context, tool, with(&input, "repository", 7)).await;
        assert_eq!(code, "invalid_input", "{tool}");
    }
}

#[tokio::test]
async fn each_refusal_of_githubs_has_its_code() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let context = world.publication(issue);
    let comment = || json!({ "body": "x" });
    world.vendor.set_issue(WEB, issue, "locked", true);
    assert_eq!(
        refused(&context, "create_comment", comment()).await,
        "target_locked"
    );
    world.vendor.set_issue(WEB, issue, "state", "deleted");
    assert_eq!(
        refused(&context, "create_comment", comment()).await,
        "target_not_found"
    );
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    world.vendor.set_pull(WEB, pull, "mergeable", false);
    assert_eq!(
        refused(&context, "merge_pull_request", json!({ "number": pull })).await,
        "not_mergeable"
    );
    world
        .vendor
        .take_permission(world.installation(), "contents");
    let error = run(&context, "get_file", json!({ "path": "README.md" }))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "missing_vendor_scope");
    assert!(error.hint().unwrap().contains("contents=read"));
    world.vendor.archive(WEB);
    assert_eq!(
        refused(&context, "create_issue", json!({ "title": "x" })).await,
        "target_archived"
    );
    world.vendor.revoke_tokens();
    assert_eq!(
        refused(&context, "get_issue", json!({})).await,
        "vendor_unauthorized"
    );
}

#[tokio::test]
async fn limits_and_faults_are_told_apart_for_every_tool() {
    let world = World::installed().await;
    let context = world.publication(1);
    for (tool, input) in inputs() {
        world
            .vendor
            .misbehave("/repos/", Misbehaviour::secondary_limit(30));
        let limited = run(&context, tool, input.clone()).await.unwrap_err();
        assert_eq!(limited.code(), "vendor_rate_limited", "{tool}");
        assert_eq!(
            limited.retry_after(),
            Some(Duration::from_secs(30)),
            "{tool}"
        );
        world.vendor.misbehave(
            "/repos/",
            Misbehaviour::primary_limit(now().as_second() + 90),
        );
        let limited = run(&context, tool, input.clone()).await.unwrap_err();
        assert_eq!(
            limited.retry_after(),
            Some(Duration::from_secs(90)),
            "{tool}"
        );
        for status in [500, 502, 503] {
            world
                .vendor
                .misbehave("/repos/", Misbehaviour::status(status));
            assert_eq!(
                refused(&context, tool, input.clone()).await,
                "vendor_failed",
                "{tool} {status}"
            );
        }
        world.vendor.misbehave("/repos/", Misbehaviour::status(301));
        assert_eq!(
            refused(&context, tool, input.clone()).await,
            "target_moved",
            "{tool}"
        );
    }
    world.vendor.misbehave("/repos/", Misbehaviour::NoJson);
    assert_eq!(
        refused(&context, "get_issue", json!({})).await,
        "vendor_failed"
    );
}
