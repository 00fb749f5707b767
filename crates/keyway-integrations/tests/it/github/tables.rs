//! Each tool: its scope, what it asks GitHub for, and the permissions that are enough for it.

use std::sync::Arc;

use keyway_core::provider::{GrantedScopes, IntegrationProvider as _, Step};
use keyway_integrations::GitHub;
use keyway_testkit::github::visit;
use serde_json::{Value, json};

use super::world::{WEB, World, refused, run};

/// A tool, its scope, what it takes, and the requests that come of it.
type Row = (&'static str, &'static str, Value, &'static [&'static str]);

fn table() -> Vec<Row> {
    let files = json!({
        "branch": "mend", "message": "Mend", "files": [{ "path": "pipe.txt", "content": "tight" }]
    });
    vec![
        (
            "get_issue",
            "issue.read",
            json!({ "number": 1 }),
            &["GET /issues/1", "GET /issues/1/comments"],
        ),
        (
            "get_pull_request",
            "pr.read",
            json!({ "number": 2 }),
            &[
                "GET /pulls/2",
                "GET /issues/2/comments",
                "GET /pulls/2/comments",
                "GET /pulls/2/reviews",
            ],
        ),
        (
            "get_diff",
            "pr.read",
            json!({ "number": 2 }),
            &["GET /pulls/2"],
        ),
        (
            "get_file",
            "contents.read",
            json!({ "path": "README.md" }),
            &["GET /contents/README.md"],
        ),
        (
            "get_checks",
            "checks.read",
            json!({ "ref": "main" }),
            &["GET /commits/main/check-runs", "GET /commits/main/status"],
        ),
        (
            "create_comment",
            "comment.create",
            json!({ "number": 1, "body": "x" }),
            &["POST /issues/1/comments"],
        ),
        (
            "update_labels",
            "label.update",
            json!({ "number": 1, "add": ["bug"], "remove": ["old"] }),
            &[
                "POST /issues/1/labels",
                "DELETE /issues/1/labels/old",
                "GET /issues/1",
            ],
        ),
        (
            "assign",
            "assignee.update",
            json!({ "number": 1, "people": ["ada"] }),
            &["POST /issues/1/assignees"],
        ),
        (
            "create_issue",
            "issue.create",
            json!({ "title": "x" }),
            &["POST /issues"],
        ),
        (
            "commit_files",
            "contents.write",
            files,
            &[
                "GET ",
                "GET /git/ref/heads/mend",
                "GET /git/ref/heads/main",
                "GET /git/commits/{sha}",
                "POST /git/trees",
                "POST /git/commits",
                "POST /git/refs",
            ],
        ),
        (
            "create_pull_request",
            "pr.create",
            json!({ "title": "x", "head": "other" }),
            &["GET ", "POST /pulls"],
        ),
        (
            "submit_review",
            "pr.review",
            json!({ "number": 2, "verdict": "approve" }),
            &["POST /pulls/2/reviews"],
        ),
        (
            "merge_pull_request",
            "pr.merge",
            json!({ "number": 2 }),
            &["PUT /pulls/2/merge"],
        ),
        (
            "dispatch_workflow",
            "workflow.dispatch",
            json!({ "workflow": "release.yml" }),
            &["GET ", "POST /actions/workflows/release.yml/dispatches"],
        ),
    ]
}

/// What each tool is about: issue 1 with a comment, pull request 2, and branches.
fn furnish(world: &World) {
    let vendor = &world.vendor;
    vendor.issue(WEB, "ada", "Pipe", "");
    vendor.comment(WEB, 1, "ada", "It drips");
    vendor.pull(WEB, "ada", "Fix", "fix");
    vendor.comment(WEB, 2, "ada", "Good");
    vendor.pull(WEB, "ada", "Other", "other");
    vendor.set_pull(WEB, 3, "state", "closed");
    vendor.put_file(
        WEB,
        "main",
        ".github/workflows/release.yml",
        "on: workflow_dispatch",
    );
}

/// A request of a repository, without its name and without what is made up.
fn shown(line: &str) -> String {
    let line = line.replace(&format!("/repos/{WEB}"), "");
    let parts = line.split('/').map(|part| match part {
        sha if sha.len() == 40 => "{sha}",
        other => other,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn each_tool_asks_github_for_what_its_table_says() {
    let table = table();
    let tools = GitHub.tools().iter();
    let named: Vec<_> = tools.map(|tool| (tool.name, tool.scope)).collect();
    let listed: Vec<_> = table
        .iter()
        .map(|(name, scope, ..)| (*name, *scope))
        .collect();
    assert_eq!(named, listed);
    for (tool, scope, input, expected) in table {
        let world = World::installed().await;
        furnish(&world);
        let mut context = world.publication(1);
        context.scopes = Arc::new(GrantedScopes::of([scope]));
        let before = world.vendor.received().len();
        run(&context, tool, input).await.unwrap();
        let sent = world.vendor.received().split_off(before);
        let lines: Vec<_> = sent.iter().map(|one| shown(&one.line)).collect();
        assert_eq!(lines, expected, "{tool}");
        let token = format!("Bearer {}", context.token.expose());
        assert!(sent.iter().all(|one| one.authorization == token), "{tool}");
    }
}

/// A world whose app was made of the manifest for a publication with these scopes alone.
async fn made_for(scopes: &[&str]) -> World {
    let mut world = World::new().await;
    world.settings["organization"] = "acme".into();
    world.scopes = GrantedScopes::of(scopes.iter().copied());
    for _ in 0..2 {
        let back = visit(&world.authorize().unwrap()).await.unwrap();
        let progress = world.come_back_to(&back).await.unwrap();
        world.take(progress);
    }
    assert!(world.workspace.is_some());
    world
}

#[tokio::test]
async fn what_a_manifest_asks_for_is_enough_for_each_tool_of_its_scopes() {
    for (tool, scope, input, _) in table() {
        let world = made_for(&[scope]).await;
        furnish(&world);
        let mut context = world.publication(1);
        context.scopes = Arc::new(world.scopes.clone());
        let done = run(&context, tool, input).await;
        assert!(done.is_ok(), "{tool}: {done:?}");
    }
}

#[tokio::test]
async fn a_manifest_asks_to_start_workflows_only_where_the_publication_may() {
    let world = made_for(&["comment.create", "contents.write"]).await;
    let permissions = world.vendor.permissions(world.installation());
    for unasked in ["actions", "workflows", "members", "checks"] {
        assert!(!permissions.contains_key(unasked), "{permissions:?}");
    }
    furnish(&world);
    // A scope that is granted later does not reach further than the app may.
    let mut context = world.publication(1);
    context.scopes = Arc::new(GrantedScopes::of(["workflow.dispatch", "contents.write"]));
    let start = json!({ "workflow": "release.yml" });
    assert_eq!(
        refused(&context, "dispatch_workflow", start).await,
        "missing_vendor_scope"
    );
    let workflow = json!({
        "branch": "mend", "message": "x",
        "files": [{ "path": ".github/workflows/x.yml", "content": "on: push" }]
    });
    assert_eq!(
        refused(&context, "commit_files", workflow).await,
        "missing_vendor_scope"
    );
    let may = made_for(&["workflow.dispatch"]).await;
    let permissions = may.vendor.permissions(may.installation());
    assert_eq!(permissions["actions"], "write");
    // It comments on nothing, and so needs to write to nothing.
    assert_eq!(permissions["issues"], "read");
    assert!(matches!(
        may.connect().await.map(|done| done.step),
        Ok(Step::Installed(_))
    ));
}
