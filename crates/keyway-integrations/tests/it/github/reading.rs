use serde_json::json;

use super::world::{WEB, World, refused, run};

#[tokio::test]
async fn an_issue_is_read_with_its_newest_comments() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "eve", "Pipe", "It drips");
    for number in 0..105 {
        world
            .vendor
            .comment(WEB, issue, "ada", &format!("comment {number}"));
    }
    let context = world.publication(issue);
    let shown = run(&context, "get_issue", json!({})).await.unwrap();
    assert_eq!(
        (&shown["number"], &shown["body"]),
        (&json!(issue), &json!("It drips"))
    );
    assert_eq!(shown["author"], "eve");
    let comments = shown["comments"].as_array().unwrap();
    assert_eq!(comments.last().unwrap()["body"], "comment 104");
    let named = json!({ "repository": "Acme/Web", "number": issue });
    assert_eq!(
        run(&context, "get_issue", named).await.unwrap()["title"],
        "Pipe"
    );
    assert_eq!(
        refused(&context, "get_issue", json!({ "number": 999 })).await,
        "target_not_found"
    );
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    assert_eq!(
        refused(&context, "get_issue", json!({ "number": pull })).await,
        "target_is_pull_request"
    );
}

#[tokio::test]
async fn a_pull_request_is_read_with_what_was_said_and_what_it_changes() {
    let world = World::installed().await;
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    world.vendor.comment(WEB, pull, "ada", "a comment");
    world.vendor.line_comment(WEB, pull, "ada", "about a line");
    let context = world.publication(pull);
    let shown = run(&context, "get_pull_request", json!({})).await.unwrap();
    assert_eq!(
        (&shown["head"], &shown["base"]),
        (&json!("fix"), &json!("main"))
    );
    assert_eq!(
        shown["headSha"].as_str().map(str::to_owned),
        world.vendor.tip(WEB, "fix")
    );
    assert_eq!(shown["comments"][0]["body"], "a comment");
    assert_eq!(shown["lineComments"][0]["path"], "README.md");
    let diff = run(&context, "get_diff", json!({})).await.unwrap();
    assert!(diff["diff"].as_str().unwrap().starts_with("diff --git"));
    assert!(diff.get("next").is_none());
    let long = world.vendor.pull(WEB, "ada", &"x".repeat(70_000), "long");
    let piece = run(&context, "get_diff", json!({ "number": long }))
        .await
        .unwrap();
    let next = piece["next"].as_u64().unwrap();
    let rest = run(
        &context,
        "get_diff",
        json!({ "number": long, "offset": next }),
    )
    .await
    .unwrap();
    assert!(rest["diff"].as_str().unwrap().ends_with("+new\n"));
}

#[tokio::test]
async fn files_and_folders_are_read_within_the_repository() {
    let world = World::installed().await;
    world
        .vendor
        .put_file(WEB, "main", "src/some file.rs", "fn main() {} // ü\n");
    let context = world.publication(1);
    let file = run(&context, "get_file", json!({ "path": "src/some file.rs" }))
        .await
        .unwrap();
    assert_eq!(file["content"], "fn main() {} // ü\n");
    let root = run(&context, "get_file", json!({ "path": "/" }))
        .await
        .unwrap();
    let names: Vec<_> = root["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(names, ["README.md", "src"]);
    let elsewhere = json!({ "path": "README.md", "ref": "nowhere" });
    assert_eq!(
        refused(&context, "get_file", elsewhere).await,
        "target_not_found"
    );
    for path in ["../../../user", "a/../../b", "src//x"] {
        assert_eq!(
            refused(&context, "get_file", json!({ "path": path })).await,
            "invalid_input",
            "{path}"
        );
    }
    assert_eq!(
        refused(&context, "get_file", json!({ "path": "x", "ref": "a..b" })).await,
        "invalid_input"
    );
}

#[tokio::test]
async fn checks_are_read_of_a_pull_request_or_a_branch() {
    let world = World::installed().await;
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    world.vendor.check_run(
        WEB,
        json!({ "name": "test", "status": "completed", "conclusion": "failure" }),
    );
    let context = world.publication(pull);
    for input in [json!({}), json!({ "ref": "fix" })] {
        let shown = run(&context, "get_checks", input).await.unwrap();
        assert_eq!(shown["checks"][0]["conclusion"], "failure");
        assert_eq!(
            shown["sha"].as_str().map(str::to_owned),
            world.vendor.tip(WEB, "fix")
        );
    }
    assert_eq!(
        refused(&context, "get_checks", json!({ "ref": "nowhere" })).await,
        "vendor_refused_input"
    );
}
