use http::Method;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::mcp;
use crate::support::wait::until;

#[tokio::test]
async fn the_process_tells_that_it_lives_and_is_ready() {
    let app = TestApp::with([]).await;
    let health = app
        .ask(Method::GET, "/healthz")
        .header("host", "balancer.example")
        .send()
        .await;
    assert_eq!(
        (health.status(), health.text()),
        (200, r#"{"status":"ok"}"#)
    );
    until("readiness", || async {
        app.ask(Method::GET, "/readyz").send().await.status() == 200
    })
    .await;
}

#[tokio::test]
async fn metrics_count_and_are_for_this_machine() {
    let app = TestApp::with([]).await;
    for _ in 0..3 {
        mcp::modern(&app, "tools/list", json!({})).send().await;
    }
    let answer = app.ask(Method::GET, "/metrics").send().await;
    assert_eq!(answer.status(), 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    for line in [
        r#"keyway_http_requests_total{route="/mcp",status="200"} 3"#,
        r#"keyway_http_request_duration_seconds_bucket{route="/mcp",le="+Inf"} 3"#,
        r#"keyway_http_request_duration_seconds_count{route="/mcp"} 3"#,
        "keyway_mcp_sessions 0",
    ] {
        assert!(
            answer.text().lines().any(|written| written == line),
            "{line}\n{}",
            answer.text()
        );
    }
    let forwarded = || {
        app.ask(Method::GET, "/metrics")
            .header("x-forwarded-for", "192.0.2.1")
    };
    assert_eq!(forwarded().send().await.status(), 401);
    assert_eq!(forwarded().bearer(&app.key).send().await.status(), 200);
    let rebound = app
        .ask(Method::GET, "/metrics")
        .header("host", "evil.example")
        .send()
        .await;
    assert_eq!(rebound.status(), 403);
}

#[tokio::test]
async fn every_family_of_the_metrics_is_described_once() {
    let app = TestApp::with([]).await;
    app.post("/v1/actions/status").send().await;
    let text = app.get("/metrics").send().await.text().to_owned();
    let mut described: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let all = described.len();
    described.sort_unstable();
    described.dedup();
    assert_eq!(described.len(), all, "{text}");
}
