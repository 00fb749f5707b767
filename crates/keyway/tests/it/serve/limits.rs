use futures_util::future::join_all;
use http::Method;
use serde_json::json;

use crate::support::client::Answer;
use crate::support::{Served, World, mcp};

#[tokio::test]
async fn the_how_to_about_limits_does_what_it_says() {
    let guide = include_str!("../../../../../docs/how-to/limit-requests.md");
    let block = |fence: &str| {
        let (_, rest) = guide.split_once(&format!("```{fence}\n")).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let world = World::of(&format!("{}expose: {{ default: [mcp] }}\n", block("yaml")));
    let key = world
        .run(&["api-keys", "create", "limited", "--json"])
        .ok()
        .json();
    let key = key["key"].as_str().unwrap().to_owned();
    let served = Served::start(&world, &[]);

    let listed = async || -> Answer {
        let ask = served.ask(Method::GET, "/v1/actions").bearer(&key);
        ask.send().await
    };
    let first = listed().await;
    for line in block("text").lines() {
        let (name, value) = line.split_once(": ").unwrap();
        assert_eq!(first.header(name), value);
    }
    let call = async || -> Answer {
        let ask = served.ask(Method::POST, "/mcp").bearer(&key);
        let arguments = json!({ "name": "status", "arguments": {} });
        mcp::dress(ask, "tools/call", arguments).send().await
    };
    // Buckets fill up again meanwhile: it takes a few more than the limit.
    let mut last = call().await;
    for _ in 0..200 {
        if last.json()["result"]["isError"] == true {
            break;
        }
        last = call().await;
    }
    assert_eq!(last.status(), 200);
    let text = last.json()["result"]["content"][0]["text"].to_string();
    assert!(text.contains("retryAfterMs"), "{text}");

    let mut over = None;
    for _ in 0..100 {
        let answers = join_all((0..50).map(|_| listed())).await;
        over = answers.into_iter().find(|answer| answer.status() == 429);
        if over.is_some() {
            break;
        }
    }
    let last = over.expect("a request over the limit");
    assert_eq!(last.json()["code"], "rate_limited");
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 0);
    served.stop().await;
}
