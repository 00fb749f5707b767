use keyway_core::provider::GrantedScopes;
use serde_json::{Value, json};

use super::world::{WEB, World, refused, run};

#[tokio::test]
async fn a_comment_a_label_and_an_assignment_are_made() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "eve", "Pipe", "It drips");
    let context = world.publication(issue);
    run(&context, "create_comment", json!({ "body": "I look" }))
        .await
        .unwrap();
    assert_eq!(world.vendor.comments(WEB, issue), ["I look"]);
    let shown = run(
        &context,
        "update_labels",
        json!({ "add": ["bug", "a/b c"] }),
    )
    .await
    .unwrap();
    assert_eq!(shown["labels"], json!(["bug", "a/b c"]));
    let swapped = json!({ "add": ["fixed"], "remove": ["a/b c", "never there"] });
    for _ in 0..2 {
        let shown = run(&context, "update_labels", swapped.clone())
            .await
            .unwrap();
        assert_eq!(shown["labels"], json!(["bug", "fixed"]));
    }
    assert_eq!(
        refused(&context, "update_labels", json!({})).await,
        "invalid_input"
    );
    let shown = run(&context, "assign", json!({ "people": ["ada"] }))
        .await
        .unwrap();
    assert_eq!(shown["assignees"], json!(["ada"]));
    // GitHub leaves out who it cannot assign and says nothing.
    let nobody = json!({ "people": ["ada", "keyway[bot]"] });
    assert_eq!(refused(&context, "assign", nobody).await, "not_assignable");
    let made = json!({ "title": "Another pipe", "body": "drips too", "labels": ["bug"] });
    let made = run(&context, "create_issue", made).await.unwrap();
    let made = world
        .vendor
        .issue_now(WEB, made["number"].as_u64().unwrap());
    assert_eq!(
        (&made["title"], &made["user"]["login"]),
        (&json!("Another pipe"), &json!("keyway[bot]"))
    );
}

#[tokio::test]
async fn files_are_committed_to_a_branch_that_is_made_and_a_pull_request_is_opened() {
    let world = World::installed().await;
    world.vendor.put_file(WEB, "main", "old.txt", "old");
    let context = world.publication(1);
    let commit = |content: &str| {
        json!({
            "branch": "agent/fix", "message": "Fix the pipe",
            "files": [
                { "path": "README.md", "content": content },
                { "path": "bin/run", "content": "#!/bin/sh\n", "executable": true },
                { "path": "old.txt", "content": null },
            ],
        })
    };
    let made = run(&context, "commit_files", commit("# Fixed\n"))
        .await
        .unwrap();
    assert_eq!(made["newBranch"], true);
    let file = |path: &str| world.vendor.file(WEB, "agent/fix", path);
    assert_eq!(file("README.md").unwrap().1, "# Fixed\n");
    assert_eq!(file("bin/run").unwrap().0, "100755");
    assert_eq!(file("old.txt"), None);
    assert_eq!(
        world.vendor.file(WEB, "main", "README.md").unwrap().1,
        "# Hello\n"
    );
    let again = run(&context, "commit_files", commit("# Fixed twice\n"))
        .await
        .unwrap();
    assert_eq!(again["newBranch"], false);
    assert_eq!(
        again["sha"].as_str().map(str::to_owned),
        world.vendor.tip(WEB, "agent/fix")
    );
    let pull = json!({ "title": "Fix", "body": "See #1", "head": "agent/fix", "draft": true });
    let opened = run(&context, "create_pull_request", pull.clone())
        .await
        .unwrap();
    let opened = world
        .vendor
        .pull_now(WEB, opened["number"].as_u64().unwrap());
    assert_eq!(
        (&opened["base"]["ref"], &opened["draft"]),
        (&json!("main"), &json!(true))
    );
    assert_eq!(
        refused(&context, "create_pull_request", pull).await,
        "vendor_refused_input"
    );
    // Another repository's branch.
    let fork = json!({ "title": "Fix", "head": "eve:main" });
    assert_eq!(
        refused(&context, "create_pull_request", fork).await,
        "invalid_input"
    );
}

#[tokio::test]
async fn the_default_branch_and_workflows_need_the_scopes_that_reach_as_far() {
    let world = World::installed().await;
    let mut context = world.publication(1);
    context.scopes = GrantedScopes::of(["contents.write"]).into();
    let commit = |branch: &str, path: &str| json!({ "branch": branch, "message": "x", "files": [{ "path": path, "content": "x" }] });
    let before = world.vendor.tip(WEB, "main");
    assert_eq!(
        refused(&context, "commit_files", commit("main", "x")).await,
        "default_branch"
    );
    for path in [".github/workflows/x.yml", "/.GitHub/Workflows/x.yml"] {
        assert_eq!(
            refused(&context, "commit_files", commit("x", path)).await,
            "workflow_file",
            "{path}"
        );
    }
    for path in ["../x", "a//b", ""] {
        assert_eq!(
            refused(&context, "commit_files", commit("x", path)).await,
            "invalid_input",
            "{path}"
        );
    }
    assert_eq!(world.vendor.tip(WEB, "main"), before);
    context.scopes = GrantedScopes::of(["contents.write", "pr.merge", "workflow.dispatch"]).into();
    run(
        &context,
        "commit_files",
        commit("main", ".github/workflows/x.yml"),
    )
    .await
    .unwrap();
    assert_ne!(world.vendor.tip(WEB, "main"), before);
}

#[tokio::test]
async fn a_review_is_submitted_and_a_pull_request_merged() {
    let world = World::installed().await;
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    let context = world.publication(pull);
    let review = json!({
        "verdict": "request_changes", "body": "Not yet",
        "comments": [{ "path": "README.md", "line": 1, "body": "Why?" }],
    });
    let made = run(&context, "submit_review", review).await.unwrap();
    assert_eq!(made["state"], "CHANGES_REQUESTED");
    assert_eq!(world.vendor.line_comments(WEB, pull), ["Why?"]);
    run(&context, "submit_review", json!({ "verdict": "approve" }))
        .await
        .unwrap();
    assert_eq!(
        refused(&context, "submit_review", json!({ "verdict": "comment" })).await,
        "invalid_input"
    );
    let stale = json!({ "sha": "0".repeat(40) });
    assert_eq!(
        refused(&context, "merge_pull_request", stale).await,
        "target_changed"
    );
    let merge = json!({ "method": "squash", "sha": world.vendor.tip(WEB, "fix") });
    assert_eq!(
        run(&context, "merge_pull_request", merge).await.unwrap()["merged"],
        true
    );
    assert_eq!(world.vendor.pull_now(WEB, pull)["merge_method"], "squash");
    assert_eq!(
        refused(&context, "merge_pull_request", json!({})).await,
        "not_mergeable"
    );
}

#[tokio::test]
async fn a_workflow_is_started_with_its_inputs() {
    let world = World::installed().await;
    world.vendor.put_file(
        WEB,
        "main",
        ".github/workflows/release.yml",
        "on: workflow_dispatch",
    );
    let context = world.publication(1);
    let input = json!({ "workflow": "release.yml", "inputs": { "version": "1.2" } });
    run(&context, "dispatch_workflow", input).await.unwrap();
    let expected =
        json!({ "ref": "main", "inputs": { "version": "1.2" }, "workflow": "release.yml" });
    assert_eq!(world.vendor.dispatched(WEB), [expected]);
    let unknown = json!({ "workflow": "other.yml" });
    assert_eq!(
        refused(&context, "dispatch_workflow", unknown).await,
        "target_not_found"
    );
    for workflow in ["../../x", "a/b", "", ".."] {
        let input: Value = json!({ "workflow": workflow });
        assert_eq!(
            refused(&context, "dispatch_workflow", input).await,
            "invalid_input",
            "{workflow}"
        );
    }
}
