use http::Method;
use serde_json::{Value, json};

use crate::support::actions;
use crate::support::app::TestApp;
use crate::support::client::Answer;

const CANARY: &str = "canary-5d1e-yz";

async fn send(app: &TestApp, method: Method, path: &str, body: Value) -> Answer {
    let ask = app.ask(method, path).bearer(&app.key);
    ask.json(&body).send().await
}

fn of(scope: &str, name: &str, key: &str) -> Value {
    json!({ "key": "acme", "scope": scope, "name": name, "fields": { "apiKey": key } })
}

#[tokio::test]
async fn credentials_are_set_used_chosen_and_revoked_over_http() {
    let app = TestApp::with([actions::whoami()]).await;
    let defined = app.get("/v1/credential-definitions").send().await.json();
    assert_eq!(
        defined["definitions"][0],
        json!({
            "key": "acme",
            "kind": "api_key",
            "fields": [{ "name": "apiKey", "secret": true, "required": true }],
            "actions": ["acme:whoami"]
        })
    );
    let missing = app.post("/v1/actions/acme:whoami").send().await;
    assert_eq!(missing.status(), 409);
    assert_eq!(missing.json()["code"], "credential_missing");
    assert!(missing.text().contains("/connect/acme"));

    let made = send(
        &app,
        Method::POST,
        "/v1/credentials",
        of("organization", "live", CANARY),
    )
    .await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let again = send(
        &app,
        Method::POST,
        "/v1/credentials",
        of("organization", "live", CANARY),
    )
    .await;
    assert_eq!(
        (again.status(), again.json()["revision"].clone()),
        (200, json!(2))
    );
    let other = send(
        &app,
        Method::POST,
        "/v1/credentials",
        of("organization", "test", "other-ab"),
    )
    .await;
    let other = other.json()["id"].as_str().unwrap().to_owned();

    let who = app.post("/v1/actions/acme:whoami").send().await.json();
    assert_eq!(who["text"], "14 characters, ending in yz");
    let chosen = app
        .post("/v1/actions/acme:whoami")
        .header("keyway-credential", "acme=test")
        .send()
        .await
        .json();
    assert_eq!(chosen["text"], "8 characters, ending in ab");
    for (header, value, status, code) in [
        ("keyway-credential", "acme", 400, "bad_header"),
        (
            "keyway-credential",
            "acme=absent",
            409,
            "credential_not_found",
        ),
        ("keyway-project", "absent", 404, "project_not_found"),
    ] {
        let ask = app.post("/v1/actions/acme:whoami").header(header, value);
        let refused = ask.send().await;
        assert_eq!(refused.status(), status, "{header}: {value}");
        assert_eq!(refused.json()["code"], code);
    }

    // A job would not remember what was chosen, and act on something else.
    let background = app
        .post("/v1/actions/acme:whoami?background")
        .header("keyway-credential", "acme=test")
        .send()
        .await;
    assert_eq!(background.status(), 400);
    assert_eq!(background.json()["code"], "no_choice_in_background");

    let listed = app.get("/v1/credentials?key=acme").send().await;
    assert_eq!(listed.json()["credentials"].as_array().unwrap().len(), 2);
    assert!(!listed.text().contains(CANARY));
    let path = format!("/v1/credentials/{other}");
    let changed = send(
        &app,
        Method::PATCH,
        &path,
        json!({ "name": "sandbox", "default": true }),
    )
    .await;
    assert_eq!(changed.json()["name"], "sandbox");
    assert_eq!(changed.json()["default"], true);
    let in_use = app.ask(Method::DELETE, &path).bearer(&app.key).send().await;
    assert_eq!(in_use.json()["code"], "credential_in_use");
    let forced = format!("{path}?force=true");
    for path in [format!("/v1/credentials/{id}"), forced] {
        let gone = app.ask(Method::DELETE, &path).bearer(&app.key).send().await;
        assert_eq!(gone.status(), 204, "{path}");
    }
    let missing = app.post("/v1/actions/acme:whoami").send().await;
    assert_eq!(missing.json()["code"], "credential_missing");
}

#[tokio::test]
async fn what_cannot_be_set_says_why_and_repeats_nothing() {
    let app = TestApp::with([actions::whoami()]).await;
    let good = || of("organization", "live", CANARY);
    let with = |change: Value| {
        let mut body = good();
        let fields = body.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        body
    };
    for (body, status, code) in [
        (
            with(json!({ "key": "absent" })),
            404,
            "credential_not_defined",
        ),
        (with(json!({ "scope": "galaxy" })), 422, "invalid_input"),
        (with(json!({ "scope": "project" })), 422, "invalid_input"),
        (
            with(json!({ "scope": "project", "project": "absent" })),
            404,
            "project_not_found",
        ),
        (with(json!({ "project": "web" })), 422, "invalid_input"),
        (with(json!({ "user": "x" })), 422, "invalid_input"),
        (with(json!({ "name": "a\u{202e}b" })), 422, "invalid_input"),
        (
            with(json!({ "fields": { "apikey": CANARY } })),
            422,
            "invalid_input",
        ),
        (
            with(json!({ "fields": { "apiKey": [CANARY] } })),
            422,
            "invalid_input",
        ),
        (with(json!({ "fields": CANARY })), 422, "invalid_input"),
        (with(json!({ "unknown": CANARY })), 422, "invalid_input"),
    ] {
        let refused = send(&app, Method::POST, "/v1/credentials", body.clone()).await;
        assert_eq!(refused.status(), status, "{body}");
        assert_eq!(refused.json()["code"], code, "{body}");
        assert!(!refused.text().contains(CANARY), "{}", refused.text());
    }
    let listed = app.get("/v1/credentials").send().await;
    assert_eq!(listed.json()["credentials"], json!([]));
}
