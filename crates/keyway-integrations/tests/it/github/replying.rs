use keyway_core::provider::{IntegrationProvider as _, Posted, PublicationContext, Reply};
use keyway_core::{Error, Secret};
use keyway_integrations::GitHub;
use keyway_testkit::github::Misbehaviour;
use serde_json::{Value, json};

use super::world::{NOW, WEB, World, now, place};

const MARKER: &str = "kw-0123456789abcdef";

fn said(text: &str) -> Reply<'_> {
    Reply {
        text,
        marker: MARKER,
        failed: false,
        link: Some("https://keyway.example/sessions/1"),
    }
}

async fn say(context: &PublicationContext, place: &Value, text: &str) -> Result<Posted, Error> {
    GitHub.reply(context, place, &said(text)).await
}

async fn find(context: &PublicationContext, place: &Value) -> Option<Posted> {
    GitHub.find_reply(context, place, MARKER).await.unwrap()
}

fn in_thread(number: u64, thread: u64) -> Value {
    json!({ "repository": WEB, "number": number, "kind": "pull_request", "at": NOW, "commentId": thread, "reviewThread": thread })
}

fn in_discussion(number: u64) -> Value {
    json!({ "repository": WEB, "number": number, "kind": "discussion", "at": NOW, "nodeId": format!("D_{WEB}#{number}") })
}

#[tokio::test]
async fn a_reply_is_posted_where_the_question_came_from_and_is_found_again() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    let line = world.vendor.line_comment(WEB, pull, "ada", "@keyway why?")["id"]
        .as_u64()
        .unwrap();
    let context = world.publication(issue);
    for place in [place(issue), in_thread(pull, line), in_discussion(3)] {
        assert_eq!(find(&context, &place).await, None, "{place}");
        let posted = say(&context, &place, "It is fixed").await.unwrap();
        assert_eq!(find(&context, &place).await, Some(posted), "{place}");
    }
    let expected = format!(
        "It is fixed\n\n[The whole session](https://keyway.example/sessions/1)\n\n<!-- {MARKER} -->"
    );
    assert_eq!(world.vendor.comments(WEB, issue), [expected.as_str()]);
    assert_eq!(
        world.vendor.line_comments(WEB, pull),
        ["@keyway why?", expected.as_str()]
    );
    assert_eq!(
        world.vendor.discussion_comments(WEB, 3),
        [expected.as_str()]
    );
    assert!(world.vendor.comments(WEB, pull).is_empty());
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_found_and_not_posted_again() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let pull = world.vendor.pull(WEB, "ada", "Fix", "fix");
    let line = world.vendor.line_comment(WEB, pull, "ada", "@keyway why?")["id"]
        .as_u64()
        .unwrap();
    let context = world.publication(issue);
    for (at, place) in [
        ("POST /repos/acme/web/issues", place(issue)),
        ("replies", in_thread(pull, line)),
        ("POST /graphql", in_discussion(3)),
    ] {
        world.vendor.misbehave(at, Misbehaviour::DropsAnswer);
        assert!(say(&context, &place, "It is fixed").await.is_err(), "{at}");
        assert!(find(&context, &place).await.is_some(), "{at}");
    }
    assert_eq!(world.vendor.comments(WEB, issue).len(), 1);
}

#[tokio::test]
async fn a_reply_is_found_behind_hundreds_of_comments_and_only_ours_counts() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let context = world.publication(issue);
    // Somebody else writes the marker.
    world
        .vendor
        .comment(WEB, issue, "eve", &format!("<!-- {MARKER} -->"));
    world
        .vendor
        .discussion_comment(WEB, 3, "eve", &format!("<!-- {MARKER} -->"));
    for number in 0..150 {
        world
            .vendor
            .comment(WEB, issue, "ada", &format!("comment {number}"));
    }
    let posted = {
        assert_eq!(find(&context, &place(issue)).await, None);
        assert_eq!(find(&context, &in_discussion(3)).await, None);
        let posted = say(&context, &in_discussion(3), "x").await.unwrap();
        for number in 0..150 {
            world
                .vendor
                .discussion_comment(WEB, 3, "ada", &format!("comment {number}"));
        }
        assert_eq!(find(&context, &in_discussion(3)).await, Some(posted));
        say(&context, &place(issue), "It is fixed").await.unwrap()
    };
    assert_eq!(find(&context, &place(issue)).await, Some(posted));
    // What is older than the event is not asked for.
    world
        .vendor
        .set_now(now() - jiff::SignedDuration::from_hours(1));
    let old = world.vendor.issue(WEB, "ada", "Old", "");
    world
        .vendor
        .comment(WEB, old, "keyway[bot]", &format!("<!-- {MARKER} -->"));
    world.vendor.set_now(now());
    assert_eq!(find(&context, &place(old)).await, None);
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_cut_to_what_github_takes() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let context = world.publication(issue);
    say(&context, &place(issue), &"ü".repeat(200_000))
        .await
        .unwrap();
    let comments = world.vendor.comments(WEB, issue);
    assert!(comments[0].contains("(cut:") && comments[0].ends_with(&format!("<!-- {MARKER} -->")));
    assert!(find(&context, &place(issue)).await.is_some());
}

#[tokio::test]
async fn a_place_where_nothing_can_be_said_is_told_by_its_code() {
    let world = World::installed().await;
    let issue = world.vendor.issue(WEB, "ada", "Pipe", "");
    let mut context = world.publication(issue);
    let code = async |context: &PublicationContext, place: &Value| {
        let error = say(context, place, "x").await.unwrap_err();
        error.code().to_owned()
    };
    world.vendor.set_issue(WEB, issue, "locked", true);
    assert_eq!(code(&context, &place(issue)).await, "target_locked");
    assert_eq!(code(&context, &place(999)).await, "target_not_found");
    let nowhere = json!({ "repository": "acme/none", "number": 1, "kind": "discussion", "at": NOW, "nodeId": "D_acme/none#1" });
    assert_eq!(code(&context, &nowhere).await, "target_not_found");
    let bad = json!({ "repository": "acme/../x", "number": 1, "kind": "issue", "at": NOW });
    for bad in [json!(null), json!({ "channel": "C1" }), bad] {
        assert_eq!(code(&context, &bad).await, "place_unreadable");
    }
    world
        .vendor
        .misbehave("/comments", Misbehaviour::secondary_limit(5));
    assert_eq!(code(&context, &place(issue)).await, "vendor_rate_limited");
    world.vendor.archive(WEB);
    assert_eq!(code(&context, &place(issue)).await, "target_archived");
    assert_eq!(code(&context, &in_discussion(3)).await, "target_archived");
    world
        .vendor
        .take_permission(world.installation(), "discussions");
    assert_eq!(
        code(&context, &in_discussion(3)).await,
        "missing_vendor_scope"
    );
    context.token = Secret::new("ghs_other".to_owned());
    assert_eq!(code(&context, &place(issue)).await, "vendor_unauthorized");
}
