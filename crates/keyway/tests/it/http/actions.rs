use http::Method;
use keyway::Kind;
use serde_json::json;

use crate::support::actions::{failing, hidden, panicking, say_back};
use crate::support::app::TestApp;
use crate::support::client::Answer;

/// Checks that an answer is problem+json with this status and code, and carries its request's id.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!(body["status"], status);
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    assert!(answer.header("x-request-id").starts_with("req_"));
    assert!(!answer.text().contains("inner secret"));
}

#[tokio::test]
async fn an_action_is_called_with_json() {
    let app = TestApp::with([say_back()]).await;
    let call = app
        .post("/v1/actions/say:back")
        .json(&json!({ "text": "ab", "times": 2 }));
    let answer = call.send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json(), json!({ "text": "abab" }));
    let encoded = app
        .post("/v1/actions/say%3Aback")
        .json(&json!({ "text": "c" }))
        .send()
        .await;
    assert_eq!(encoded.json(), json!({ "text": "c" }));
}

#[tokio::test]
async fn an_action_without_inputs_needs_no_body() {
    let app = TestApp::with([]).await;
    let answer = app.post("/v1/actions/status").send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(answer.json()["name"], "test-gateway");
}

#[tokio::test]
async fn every_kind_of_failure_has_its_status() {
    let kinds = [
        ("malformed", Kind::Malformed, 400),
        ("unauthenticated", Kind::Unauthenticated, 401),
        ("forbidden", Kind::Forbidden, 403),
        ("not-found", Kind::NotFound, 404),
        ("conflict", Kind::Conflict, 409),
        ("too-large", Kind::TooLarge, 413),
        ("invalid", Kind::Invalid, 422),
        ("rate-limited", Kind::RateLimited, 429),
        ("internal", Kind::Internal, 500),
        ("bad-gateway", Kind::BadGateway, 502),
        ("unavailable", Kind::Unavailable, 503),
        ("timeout", Kind::Timeout, 504),
    ];
    let app = TestApp::with(kinds.map(|(name, kind, _)| failing(name, kind))).await;
    for (name, _, status) in kinds {
        let answer = app.post(&format!("/v1/actions/fail:{name}")).send().await;
        assert_problem(&answer, status, "made_up");
        assert_eq!(answer.json()["hint"], "do not worry");
        if status == 429 {
            assert_eq!(answer.header("retry-after"), "2");
        }
    }
}

#[tokio::test]
async fn a_panic_is_a_fault_on_our_side_and_ends_nothing_else() {
    let app = TestApp::with([panicking(), say_back()]).await;
    let answer = app.post("/v1/actions/panic").send().await;
    assert_eq!(answer.status(), 500, "{}", answer.text());
    assert!(!answer.text().contains("inner secret"));
    let next = app
        .post("/v1/actions/say:back")
        .json(&json!({ "text": "on" }))
        .send()
        .await;
    assert_eq!(next.json(), json!({ "text": "on" }));
}

#[tokio::test]
async fn an_action_that_is_not_exposed_is_not_there() {
    let app = TestApp::with([hidden()]).await;
    let hidden = app.post("/v1/actions/internal:cleanup").send().await;
    let missing = app.post("/v1/actions/no:such").send().await;
    assert_problem(&hidden, 404, "action_not_found");
    assert_problem(&missing, 404, "action_not_found");
}

#[tokio::test]
async fn bad_input_is_refused_with_all_its_problems_and_no_value() {
    let app = TestApp::with([say_back()]).await;
    let answer = app
        .post("/v1/actions/say:back")
        .json(&json!({ "text": 81_549_300, "times": "hunter2" }))
        .send()
        .await;
    assert_problem(&answer, 422, "invalid_input");
    let body = answer.json();
    let problems = body["problems"].as_array().unwrap();
    let mut pointers: Vec<_> = problems
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/text", "/times"]);
    assert!(!answer.text().contains("hunter2") && !answer.text().contains("81549300"));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused() {
    let app = TestApp::with([say_back()]).await;
    let path = "/v1/actions/say:back";
    let json = |body: &'static str| {
        app.post(path)
            .header("content-type", "application/json")
            .body(body)
    };
    assert_problem(&json("{\"text\":").send().await, 400, "malformed_json");
    assert_problem(&json("\u{feff}{}").send().await, 400, "malformed_json");
    let deep = app
        .post(path)
        .header("content-type", "application/json")
        .body("[".repeat(500));
    assert_problem(&deep.send().await, 413, "json_too_large");
    let text = app
        .post(path)
        .header("content-type", "text/plain")
        .body("{}");
    assert_problem(&text.send().await, 415, "not_json");
    let untyped = app.post(path).body("{}");
    assert_problem(&untyped.send().await, 415, "not_json");
    let packed = json("{}").header("content-encoding", "gzip");
    assert_problem(&packed.send().await, 415, "body_encoded");
    let picky = json("{\"text\":\"a\"}").header("accept", "text/html");
    assert_problem(&picky.send().await, 406, "not_acceptable");
}

#[tokio::test]
async fn another_method_is_told_which_would_do() {
    let app = TestApp::with([say_back()]).await;
    for (method, path, allow) in [
        (Method::GET, "/v1/actions/say:back", "POST"),
        (Method::PUT, "/v1/actions/say:back", "POST"),
        (Method::POST, "/v1/actions", "GET,HEAD"),
        (Method::DELETE, "/healthz", "GET,HEAD"),
    ] {
        let answer = app.ask(method, path).bearer(&app.key).send().await;
        assert_problem(&answer, 405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let app = TestApp::with([]).await;
    for path in ["/v1", "/v2/actions", "/mcp/", "/MCP", "/v1/actions/"] {
        assert_problem(&app.get(path).send().await, 404, "unknown_path");
    }
}

#[tokio::test]
async fn the_listed_actions_are_the_exposed_ones() {
    let app = TestApp::with([say_back(), hidden()]).await;
    let listed = app.get("/v1/actions").send().await.json();
    let slugs: Vec<_> = listed["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["slug"])
        .collect();
    assert_eq!(slugs, ["say:back", "status"]);
    let say = &listed["actions"][0];
    assert_eq!(say["title"], "Say back");
    assert_eq!(say["annotations"], json!({ "readOnly": true }));
    assert_eq!(say["inputSchema"]["required"], json!(["text"]));
    assert_eq!(say["outputSchema"]["type"], "object");
}

#[tokio::test]
async fn the_openapi_document_describes_the_exposed_actions() {
    let app = TestApp::with([say_back(), hidden()]).await;
    let document = app.get("/v1/openapi.json").send().await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "test-gateway");
    assert!(document["paths"]["/v1/actions/say:back"]["post"].is_object());
    assert!(
        document["paths"]
            .get("/v1/actions/internal:cleanup")
            .is_none()
    );
    let input = &document["components"]["schemas"]["say-back.input"];
    assert_eq!(input["required"], json!(["text"]));
}

#[tokio::test]
async fn neither_a_query_nor_a_body_takes_the_place_of_the_path() {
    let app = TestApp::with([say_back(), failing("x", Kind::NotFound)]).await;
    let input = json!({ "text": "ab", "slug": "fail:x" });
    for path in [
        "/v1/actions/say:back?slug=fail:x",
        "/v1/actions/say:back?text=other",
    ] {
        let answer = app.post(path).json(&json!({ "text": "ab" })).send().await;
        assert_eq!(answer.json(), json!({ "text": "ab" }), "{path}");
    }
    let answer = app.post("/v1/actions/say:back").json(&input).send().await;
    assert!(answer.status() == 422 || answer.json() == json!({ "text": "ab" }));
}
