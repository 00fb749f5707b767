use http::Method;
use keyway_app::KeyRequest;
use keyway_core::{Actor, Role, Subject};
use serde_json::{Value, json};

use crate::support::app::TestApp;

/// The API key of a machine that is a member.
async fn member(app: &TestApp, scopes: &str) -> String {
    let use_cases = app.running.app();
    let local = use_cases.local();
    let bot = use_cases
        .people()
        .create_service_account(&local, scopes, Role::Member)
        .await
        .unwrap();
    let request = KeyRequest {
        name: "of a bot".into(),
        scopes: Some(scopes.parse().unwrap()),
        service_account: Some(bot.id),
        ..KeyRequest::default()
    };
    let issued = use_cases.api_keys().issue(&local, request).await.unwrap();
    issued.secret.expose().clone()
}

#[tokio::test]
async fn a_member_is_not_sent_for_a_scope_that_members_never_have() {
    let app = TestApp::with([]).await;
    for scopes in ["mcp", "mcp admin"] {
        let key = member(&app, scopes).await;
        for (method, path, body) in [
            (Method::GET, "/v1/members", None),
            (Method::GET, "/v1/oauth/clients", None),
            (Method::GET, "/v1/audit", None),
            (Method::GET, "/v1/stats", None),
            (Method::GET, "/v1/api-keys", None),
            (
                Method::POST,
                "/v1/invitations",
                Some(json!({ "email": "x@example.com", "role": "member" })),
            ),
        ] {
            let ask = app.ask(method, path).bearer(&key);
            let answer = match body {
                Some(body) => ask.json(&body).send().await,
                None => ask.send().await,
            };
            assert_eq!(answer.status(), 403, "{path}: {}", answer.text());
            assert_eq!(answer.json()["code"], "administrators_only", "{path}");
            assert!(!answer.has("www-authenticate"), "{path}");
        }
    }
}

#[tokio::test]
async fn who_could_administer_is_still_told_which_scope_is_missing() {
    let app = TestApp::with([]).await;
    let use_cases = app.running.app();
    let request = KeyRequest {
        name: "narrow".into(),
        scopes: Some("mcp".parse().unwrap()),
        ..KeyRequest::default()
    };
    let issued = use_cases
        .api_keys()
        .issue(&use_cases.local(), request)
        .await;
    let key = issued.unwrap().secret.expose().clone();
    let who = use_cases.authenticate_at(&key, None).await.unwrap();
    assert!(matches!(
        who.subject(),
        Subject::ApiKey {
            owner: Actor::User(_),
            ..
        }
    ));
    let answer = app
        .ask(Method::GET, "/v1/members")
        .bearer(&key)
        .send()
        .await;
    assert_eq!(answer.json()["code"], "insufficient_scope");
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("scope=\"mcp admin\""), "{challenge}");
}

#[tokio::test]
async fn whom_policy_forbids_to_administer_is_not_sent_for_the_scope() {
    let policies = tempfile::tempdir().unwrap();
    let path = policies.path().join("policy.cedar");
    std::fs::write(
        &path,
        "forbid (principal, action == Action::\"administer\", resource);\n",
    )
    .unwrap();
    let app = TestApp::builder()
        .config(|config| config.policy.file = Some(path))
        .start()
        .await;
    let use_cases = app.running.app();
    for scopes in ["mcp", "mcp admin"] {
        let request = KeyRequest {
            name: "of the owner".into(),
            scopes: Some(scopes.parse().unwrap()),
            ..KeyRequest::default()
        };
        let issued = use_cases
            .api_keys()
            .issue(&use_cases.local(), request)
            .await;
        let key = issued.unwrap().secret.expose().clone();
        for path in ["/v1/members", "/v1/api-keys"] {
            let answer = app.ask(Method::GET, path).bearer(&key).send().await;
            assert_eq!(answer.status(), 403, "{path}: {}", answer.text());
            assert_eq!(answer.json()["code"], "administrators_only", "{path}");
            assert!(answer.text().contains("policy"), "{}", answer.text());
            assert!(!answer.has("www-authenticate"), "{path}");
        }
    }
}

#[tokio::test]
async fn no_named_thing_has_a_name_that_is_seen_otherwise() {
    let app = TestApp::with([]).await;
    for name in [
        "pay\u{202e}lap",
        "a\u{200b}b",
        "a\u{2066}b\u{2069}",
        "two\nlines",
        "bell\u{7}",
        "\u{e0041}",
        "a\u{301}\u{301}\u{301}\u{301}",
    ] {
        let web = json!({ "slug": "web", "name": name });
        let client = json!({ "name": name, "redirectUris": ["https://b.example/cb"] });
        let bodies: [(Method, &str, Value); 5] = [
            (Method::POST, "/v1/api-keys", json!({ "name": name })),
            (Method::POST, "/v1/projects", web),
            (
                Method::POST,
                "/v1/service-accounts",
                json!({ "name": name, "role": "member" }),
            ),
            (Method::PATCH, "/v1/organization", json!({ "name": name })),
            (Method::POST, "/v1/oauth/clients", client),
        ];
        for (method, path, body) in bodies {
            let ask = app.ask(method, path).bearer(&app.key).json(&body);
            let answer = ask.send().await;
            assert_eq!(answer.status(), 422, "{path} {name:?}: {}", answer.text());
            assert_eq!(answer.json()["code"], "invalid_input", "{path}");
            assert!(!answer.text().contains(name), "{path}");
        }
    }
}
