use http::Method;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::mcp;

#[tokio::test]
async fn the_mcp_endpoint_wants_an_api_key() {
    let app = TestApp::with([]).await;
    let missing = mcp::modern_anonymous(&app, "tools/list", json!({}))
        .send()
        .await;
    assert_eq!(missing.status(), 401);
    assert!(missing.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(missing.header("content-type"), "application/json");
    let body = missing.json();
    assert_eq!(body["jsonrpc"], "2.0");
    assert_eq!(body["error"]["code"], -32600);
    assert_eq!(body["error"]["data"]["code"], "api_key_missing");
    assert_eq!(
        body["error"]["data"]["requestId"],
        missing.header("x-request-id")
    );
    for bad in ["Bearer kw_wrong", "Bearer nonsense", "Basic a2V5", "Bearer"] {
        let ask = mcp::modern_anonymous(&app, "tools/list", json!({}));
        let answer = ask.header("authorization", bad).send().await;
        assert_eq!(answer.status(), 401, "{bad}");
        assert!(!answer.text().contains("kw_wrong") && !answer.text().contains("nonsense"));
    }
}

#[tokio::test]
async fn the_schemes_case_does_not_matter() {
    let app = TestApp::with([]).await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let ask = mcp::modern_anonymous(&app, "tools/list", json!({}));
        let answer = ask
            .header("authorization", &format!("{scheme} {}", app.key))
            .send()
            .await;
        assert_eq!(answer.status(), 200, "{scheme}: {}", answer.text());
    }
}

#[tokio::test]
async fn everything_under_v1_wants_an_api_key() {
    let app = TestApp::with([]).await;
    for (method, path) in [
        (Method::GET, "/v1/actions"),
        (Method::POST, "/v1/actions/status"),
        (Method::GET, "/v1/audit"),
        (Method::GET, "/v1/stats"),
        (Method::GET, "/v1/mcp-servers"),
        (Method::GET, "/v1/openapi.json"),
    ] {
        let answer = app.ask(method, path).send().await;
        assert_eq!(answer.status(), 401, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
}

#[tokio::test]
async fn without_authentication_everyone_comes_in() {
    let app = TestApp::builder()
        .config(|config| config.auth.required = false)
        .start()
        .await;
    let answer = mcp::modern_anonymous(&app, "tools/list", json!({}))
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        app.ask(Method::GET, "/v1/actions").send().await.status(),
        200
    );
}

#[tokio::test]
async fn without_authentication_only_this_machine_is_served() {
    let open = |config: &mut keyway::config::Config| {
        config.auth.required = false;
        config.listen.bind = "0.0.0.0:0".parse().unwrap();
    };
    let Err(error) = TestApp::builder().config(open).try_start().await else {
        panic!("it must not start");
    };
    assert_eq!(error.code(), "no_auth_beyond_loopback");
}
