//! The same actions without any server: what is sent is held against what is expected.

use keyway_testing::{Expected, Recorded, TestCall, TestGateway};
use serde_json::json;

fn call(http: &Recorded) -> TestCall {
    TestCall::of(keyway_acme::app(), "acme:create-ticket")
        .credential(json!({ "apiKey": "k-1" }))
        .http(http)
        .input(json!({ "title": "Printer", "body": "It burns." }))
}

#[tokio::test]
async fn a_ticket_is_what_acme_is_sent() {
    let http = Recorded::new([Expected::post("https://api.acme.example/v1/tickets")
        .header("authorization", "Bearer k-1")
        .json(json!({ "title": "Printer", "body": "It burns." }))
        .answers(201, json!({ "id": "T-1" }))]);
    let made = call(&http).run().await.unwrap();
    assert_eq!(made, json!({ "id": "T-1" }));
    http.finish();
}

#[tokio::test]
async fn a_refusal_of_acme_is_an_error_of_the_call() {
    let url = "https://api.acme.example/v1/tickets";
    let http = Recorded::new([Expected::post(url).answers(401, json!({ "error": "no" }))]);
    let error = call(&http).run().await.unwrap_err();
    assert_eq!(error.code(), "upstream_unauthorized");
}

#[tokio::test]
async fn an_agent_finds_both_tools_and_is_told_what_is_missing() {
    let gateway = TestGateway::start(keyway_acme::gateway()).await;
    let mcp = gateway.mcp();
    let tools = mcp.tools().await;
    for tool in ["acme-create-ticket", "acme-whoami"] {
        assert!(tools.iter().any(|one| one == tool), "{tools:?}");
    }
    let result = mcp.call("acme-whoami", &json!({})).await.unwrap();
    assert_eq!(result["isError"], true, "{result}");
    gateway
        .set_credential("acme", &json!({ "apiKey": "k-1" }))
        .await;
    gateway.stop().await;
}
