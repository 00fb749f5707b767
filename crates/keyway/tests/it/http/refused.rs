//! What somebody tried that they may not is in the audit log.

use http::Method;
use keyway_app::KeyRequest;
use keyway_core::Role;
use serde_json::{Value, json};

use crate::support::actions::say_back;
use crate::support::app::TestApp;
use crate::support::client::Ask;
use crate::support::mcp;
use crate::support::wait::until;

/// A key of a service account: a member's, or one with fewer scopes.
async fn key(app: &TestApp, name: &str, scopes: Option<&str>) -> (String, String) {
    let app = app.running.app();
    let local = app.local();
    let account = app
        .people()
        .create_service_account(&local, name, Role::Member)
        .await
        .unwrap();
    let request = KeyRequest {
        name: name.to_owned(),
        scopes: scopes.map(|scopes| scopes.parse().unwrap()),
        service_account: Some(account.id),
        ..KeyRequest::default()
    };
    let made = app.api_keys().issue(&local, request).await.unwrap();
    (made.secret.expose().clone(), made.view.id.to_string())
}

/// The refusals in the log that came with a credential: kind, tool and code.
async fn refusals(app: &TestApp, credential: &str) -> Vec<(String, String, String)> {
    let page = app.get("/v1/audit?limit=500").send().await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let page = page.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["record"])
        .filter(|record| record["outcome"] == "refused" && record["credential"] == credential)
        .map(|record| {
            assert_eq!(record["address"], "127.0.0.1", "{record}");
            (
                text(&record["kind"]),
                text(&record["tool"]),
                text(&record["code"]),
            )
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_call_beyond_scopes_or_policy_is_in_the_log_as_refused() {
    let purge = say_back().admin_only();
    let app = TestApp::with([purge]).await;
    let (narrow, narrow_id) = key(&app, "narrow", Some("mcp:prompts")).await;
    let (member, member_id) = key(&app, "member", None).await;
    let params = json!({ "name": "say-back", "arguments": { "text": "canary", "times": 1 } });
    let call = |key: &str| {
        let ask = Ask::new(app.address(), Method::POST, "/mcp").bearer(key);
        mcp::dress(ask, "tools/call", params.clone())
    };
    let refused = call(&narrow).send().await;
    assert!(refused.status() == 403 || refused.json()["error"].is_object());
    let refused = call(&member).send().await;
    assert!(refused.json()["error"].is_object(), "{}", refused.text());
    until("both refusals", || async {
        !refusals(&app, &narrow_id).await.is_empty() && !refusals(&app, &member_id).await.is_empty()
    })
    .await;
    for id in [&narrow_id, &member_id] {
        let found = refusals(&app, id).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].0.as_str(), found[0].1.as_str()),
            ("call", "say-back")
        );
    }
    let log = app.get("/v1/audit?limit=500").send().await;
    assert!(!log.text().contains("canary"));
}

#[tokio::test]
async fn an_administrative_call_that_is_refused_is_in_the_log() {
    let app = TestApp::with([]).await;
    let (key, id) = key(&app, "member", None).await;
    let of_owner = app.get("/v1/api-keys").send().await.json();
    let other = of_owner["apiKeys"][0]["id"].as_str().unwrap().to_owned();
    let member = app.get("/v1/members").send().await.json();
    let owner = member["members"][0]["id"].as_str().unwrap().to_owned();
    let client = json!({ "name": "Backend", "redirectUris": ["https://b.example/cb"] });
    let made = app.post("/v1/oauth/clients").json(&client).send().await;
    let made = made.json();
    let client_id = made["id"].as_str().or(made["client_id"].as_str()).unwrap();
    let send = async |method: Method, path: &str, body: Value| {
        let ask = app.ask(method.clone(), path).bearer(&key);
        let answer = match method {
            Method::DELETE => ask.send().await,
            _ => ask.json(&body).send().await,
        };
        assert!(
            matches!(answer.status(), 403 | 404),
            "{method} {path}: {} {}",
            answer.status(),
            answer.text()
        );
    };
    let tried = [
        (
            Method::POST,
            "/v1/invitations".to_owned(),
            json!({ "email": "x@example.com", "role": "owner" }),
            "invitation_made",
        ),
        (
            Method::POST,
            "/v1/service-accounts".to_owned(),
            json!({ "name": "bot", "role": "admin" }),
            "service_account_made",
        ),
        (
            Method::DELETE,
            format!("/v1/members/{owner}"),
            json!({}),
            "member_removed",
        ),
        (
            Method::POST,
            "/v1/oauth/clients".to_owned(),
            client,
            "client_registered",
        ),
        (
            Method::DELETE,
            format!("/v1/oauth/clients/{client_id}"),
            json!({}),
            "client_removed",
        ),
        (
            Method::DELETE,
            format!("/v1/api-keys/{other}"),
            json!({}),
            "api_key_revoked",
        ),
    ];
    let mut expected = Vec::new();
    for (method, path, body, kind) in tried {
        send(method, &path, body).await;
        expected.push(kind.to_owned());
    }
    expected.sort();
    until("all of it", || async {
        let found = refusals(&app, &id).await;
        let kinds: Vec<_> = found.into_iter().map(|(kind, _, _)| kind).collect();
        kinds == expected
    })
    .await;
}
