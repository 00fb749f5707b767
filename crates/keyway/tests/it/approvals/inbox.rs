//! Over HTTP and on the command line.

use http::Method;
use serde_json::json;

use super::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_wait_are_listed_shown_and_decided_about_over_http_and_on_the_command_line() {
    let lab = Lab::new().await;
    lab.call("mcp__peer__echo", "one").await;
    lab.call("mcp__peer__echo", "two").await;
    let ids = lab.pending();
    assert_eq!(ids.len(), 2);
    let served = lab.served.as_ref().unwrap();
    let get = |path: String| async move { served.ask(Method::GET, &path).send().await };
    let listed = get("/v1/approvals?state=pending&limit=1".into())
        .await
        .json();
    assert_eq!(listed["approvals"][0]["id"], ids[0]);
    assert_eq!(listed["approvals"][0]["mayDecide"], false);
    let shown = get(format!("/v1/approvals/{}", ids[0])).await.json();
    assert!(
        shown["arguments"].as_str().unwrap().contains("two"),
        "{shown}"
    );
    assert_eq!(shown["definition"]["name"], "echo");
    assert_eq!(get("/v1/approvals?state=maybe".into()).await.status(), 422);
    assert_eq!(get("/v1/approvals/appr_none".into()).await.status(), 404);
    // Nobody who asked decides over HTTP.
    let approve = format!("/v1/approvals/{}/approve", ids[0]);
    let refused = served.ask(Method::POST, &approve).send().await;
    assert_eq!(refused.status(), 403, "{}", refused.text());
    let deny = format!("/v1/approvals/{}/deny", ids[0]);
    let refused = served
        .ask(Method::POST, &deny)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(refused.status(), 403, "{}", refused.text());

    let table = lab.world.run(&["approvals", "list"]).ok().out;
    assert!(
        table.contains("mcp__peer__echo") && table.contains("pending"),
        "{table}"
    );
    let text = lab.world.run(&["approvals", "show", &ids[0]]).ok().out;
    assert!(
        text.contains("arguments:") && text.contains("two"),
        "{text}"
    );
    let denied = lab.told(&["deny", &ids[0], "--reason", "not on a Friday"]);
    assert_eq!(
        (&denied["state"], &denied["reason"]),
        (&json!("denied"), &json!("not on a Friday"))
    );
    let late = lab.world.run(&["approvals", "approve", &ids[0]]);
    assert_eq!(late.code, 1);
    assert!(late.err.contains("denied this already"), "{}", late.err);
    let waited = lab.world.run(&["approvals", "wait", &ids[0]]);
    assert_eq!(waited.code, 1);
    let waited = lab
        .world
        .run(&["approvals", "wait", &ids[1], "--timeout", "0"]);
    assert!(
        waited.code == 1 && waited.err.contains("nobody decided"),
        "{}",
        waited.err
    );
    lab.told(&["approve", &ids[1]]);
    lab.world.run(&["approvals", "wait", &ids[1]]).ok();
    assert_eq!(lab.call("mcp__peer__echo", "one").await, "");
    assert_eq!(lab.call("mcp__peer__echo", "two").await, "approval_denied");
    assert_eq!((lab.came("one"), lab.came("two")), (1, 0));
    let metrics = get("/metrics".into()).await.text().to_owned();
    assert!(
        metrics.contains("keyway_approvals_total{event=\"asked\"} 2"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_how_to_about_calls_that_wait_does_what_it_says() {
    let page = include_str!("../../../../../docs/how-to/decide-calls-that-wait.md");
    let lab = Lab::new().await;
    lab.call("mcp__peer__echo", "one").await;
    lab.call("mcp__peer__echo", "two").await;
    let [second, first] = <[String; 2]>::try_from(lab.pending()).unwrap();
    let lines = page.lines();
    let lines = lines.filter_map(|line| line.strip_prefix("$ keyway approvals "));
    let mut count = 0;
    for line in lines {
        count += 1;
        let (plain, reason) = line.split_once(" \"").unwrap_or((line, ""));
        let mut words: Vec<_> = plain
            .split_whitespace()
            .map(|word| match word {
                "appr_0198…" => first.as_str(),
                "appr_0199…" => second.as_str(),
                other => other,
            })
            .collect();
        words.extend(reason.strip_suffix('"'));
        lab.world.run(&[&["approvals"], &words[..]].concat()).ok();
    }
    assert_eq!(count, 5);
    assert_eq!(lab.call("mcp__peer__echo", "one").await, "");
    assert_eq!(lab.call("mcp__peer__echo", "two").await, "approval_denied");
}
