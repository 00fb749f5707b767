use serde_json::json;

use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::wait::until;

#[tokio::test]
async fn administrators_read_what_happened_page_by_page() {
    let app = TestApp::with([say_back()]).await;
    for _ in 0..3 {
        let call = app.post("/v1/actions/say:back");
        let input = json!({ "text": "canary", "times": 1 });
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let answer = call.header("traceparent", header).json(&input).send().await;
        assert_eq!(answer.status(), 200);
    }
    let list = |query: &str| app.get(&format!("/v1/audit{query}"));
    until("the calls", || async {
        let page = list("?kind=call").send().await.json();
        let events = page["events"].as_array().unwrap().clone();
        events
            .iter()
            .filter(|event| event["record"]["outcome"] == "ok")
            .count()
            == 3
    })
    .await;
    let answer = list("?kind=call&tool=say-back&limit=1").send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert!(!answer.text().contains("canary"));
    let page = answer.json();
    let record = &page["events"][0]["record"];
    assert_eq!(record["address"], "127.0.0.1");
    assert_eq!(record["trace"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(record["credential"].as_str().unwrap().starts_with("key_"));
    let cursor = page["nextCursor"].as_str().unwrap();
    let next = list(&format!("?kind=call&limit=1&cursor={cursor}"))
        .send()
        .await
        .json();
    let seq = |page: &serde_json::Value| page["events"][0]["seq"].as_i64().unwrap();
    assert!(seq(&next) < seq(&page));
    let none = list("?since=2100-01-01T00:00:00Z").send().await.json();
    assert_eq!(none, json!({ "events": [] }));
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused_without_being_repeated() {
    let app = TestApp::with([]).await;
    for (query, status, code) in [
        ("?canary=1", 400, "malformed_query"),
        ("?limit=canary", 400, "malformed_query"),
        ("?kind=canary", 422, "invalid_input"),
        ("?since=canary", 422, "invalid_input"),
        ("?cursor=canary", 422, "invalid_input"),
        ("?limit=1000", 422, "invalid_input"),
    ] {
        let answer = app.get(&format!("/v1/audit{query}")).send().await;
        assert_eq!(answer.status(), status, "{query}: {}", answer.text());
        assert_eq!(answer.json()["code"], code);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
}
