use http::Method;
use keyway_app::KeyRequest;
use keyway_core::{Principal, Role};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::client::{Answer, Ask};
use crate::support::mcp::dress;
use crate::support::wait::until;

/// What is in no answer, log or event.
pub(super) const CANARY: &str = "canary-connector-token";

/// A gateway whose operator lets connectors go to this machine.
pub(super) async fn gateway() -> TestApp {
    TestApp::builder()
        .config(|config| config.egress.allow = vec!["127.0.0.1".into()])
        .start()
        .await
}

pub(super) fn ask(app: &TestApp, key: &str, method: Method, path: &str) -> Ask {
    app.ask(method, path).bearer(key)
}

pub(super) async fn send(app: &TestApp, method: Method, path: &str, body: Value) -> Answer {
    ask(app, &app.key, method, path).json(&body).send().await
}

/// Connects a server; answers the connector.
pub(super) async fn connect(app: &TestApp, body: Value) -> Value {
    let made = send(app, Method::POST, "/v1/connectors", body).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    made.json()
}

pub(super) fn plain(name: &str, url: &str) -> Value {
    json!({ "name": name, "url": url })
}

/// The problems of a refused input, by pointer.
pub(super) fn problems(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 422, "{}", answer.text());
    let all = answer.json()["problems"].as_array().cloned();
    let pointer = |one: &Value| one["pointer"].as_str().unwrap().to_owned();
    all.unwrap_or_default().iter().map(pointer).collect()
}

/// What somebody is listed, for a project where one is given.
pub(super) async fn tools(app: &TestApp, key: &str, project: Option<&str>) -> Vec<String> {
    let mut ask = ask(app, key, Method::POST, "/mcp");
    if let Some(project) = project {
        ask = ask.header("keyway-project", project);
    }
    let answer = dress(ask, "tools/list", json!({})).send().await.json();
    let tools = answer["result"]["tools"].as_array().unwrap();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

/// The answer to a call.
pub(super) async fn call(app: &TestApp, key: &str, tool: &str) -> Value {
    let params = json!({ "name": tool, "arguments": {} });
    let ask = ask(app, key, Method::POST, "/mcp");
    dress(ask, "tools/call", params).send().await.json()
}

pub(super) async fn until_listed(app: &TestApp, key: &str, tool: &str, listed: bool) {
    until(&format!("{tool}: {listed}"), || async {
        tools(app, key, None).await.iter().any(|name| name == tool) == listed
    })
    .await;
}

/// How the gateway is connected to a connector.
pub(super) async fn state(app: &TestApp, name: &str) -> String {
    let path = format!("/v1/connectors/{name}");
    let shown = ask(app, &app.key, Method::GET, &path).send().await.json();
    let state = shown["status"]["state"].as_str();
    state.unwrap_or_default().to_owned()
}

/// The API key of a machine with a role.
pub(crate) async fn machine(app: &TestApp, who: &Principal, name: &str, role: Role) -> String {
    let use_cases = app.running.app();
    let people = use_cases.people();
    let bot = people
        .create_service_account(who, name, role)
        .await
        .unwrap();
    let request = KeyRequest {
        name: name.into(),
        service_account: Some(bot.id),
        ..KeyRequest::default()
    };
    let issued = use_cases.api_keys().issue(who, request).await.unwrap();
    issued.secret.expose().clone()
}
