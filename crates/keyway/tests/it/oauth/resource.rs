use http::Method;
use serde_json::json;

use super::browser::Browser;
use super::party::{Party, error, pair, told, value};
use super::world::{Gate, gate};
use crate::support::mcp::dress;

/// A token of a client that may administer over the API.
async fn administers(gate: &mut Gate, party: &Party) -> String {
    let api = format!("{}/v1", gate.issuer());
    let url = party.url_with(&[("resource", Some(&api)), ("scope", Some("admin"))]);
    let code = value(&told(&gate.consent(&url).await), "code").to_owned();
    party.redeem(&code).await.access
}

#[tokio::test]
async fn attack_a_token_for_another_resource_is_refused() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let issuer = gate.issuer();
    let mcp = gate.tokens(&party).await;
    let api = administers(&mut gate, &party).await;

    let actions = async |token: &str| {
        let ask = gate.app.ask(Method::GET, "/v1/actions").bearer(token);
        ask.send().await
    };
    assert_eq!(actions(&api).await.status(), 200);
    assert!(gate.works(&mcp.access).await);
    let refused = gate.list(&api).send().await;
    assert_eq!(refused.status(), 401);
    assert!(
        refused
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
    let refused = actions(&mcp.access).await;
    assert_eq!(refused.status(), 401);
    let challenge = refused.header("www-authenticate");
    let metadata = format!("{issuer}/.well-known/oauth-protected-resource/v1");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(challenge.contains(&metadata), "{challenge}");
}

#[tokio::test]
async fn attack_a_token_of_the_same_gateway_under_another_name_is_refused() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let port = gate.app.address().port();
    let answer = gate
        .list(&pair.access)
        .header("host", &format!("localhost:{port}"))
        .send()
        .await;
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_token_request_may_not_name_another_resource_than_was_granted() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let granted = gate.tokens(&party).await;
    let issuer = gate.issuer();
    for named in [
        format!("{issuer}/v1"),
        "https://elsewhere.example".to_owned(),
    ] {
        let answer = party
            .post(
                "/oauth/token",
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", &granted.refresh),
                    ("resource", &named),
                ],
            )
            .await;
        assert_eq!(error(&answer), (400, "invalid_target".to_owned()));
    }
    let own = format!("{issuer}/mcp");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", granted.refresh.as_str()),
        ("resource", own.as_str()),
    ];
    pair(&party.post("/oauth/token", &fields).await);
}

#[tokio::test]
async fn attack_a_bearer_token_is_no_cookie_and_a_cookie_no_bearer_token() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let mut browser = Browser::new(gate.app.address());
    for token in [&pair.access, &pair.refresh, &gate.app.key] {
        browser
            .cookies
            .insert("keyway_session".into(), token.clone());
        let answer = browser.get("/account").await;
        assert_eq!(answer.status(), 303);
        assert!(answer.header("location").starts_with("/sign-in"));
    }
    let cookie = gate.owner.cookies["keyway_session"].clone();
    for token in [&cookie, &pair.refresh] {
        let answer = gate.list(token).send().await;
        assert_eq!(answer.status(), 401);
    }
}

#[tokio::test]
async fn attack_header_smuggling_names_of_somebody_mean_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let names = [
        "x-forwarded-user",
        "x-remote-user",
        "remote-user",
        "x-auth-request-user",
        "x-auth-request-email",
        "x-forwarded-email",
        "x-user-id",
        "x-keyway-user",
        "x-keyway-organization",
        "x-webauth-user",
        "proxy-authorization",
        "x-authorization",
    ];
    let mut anonymous = dress(gate.app.ask(Method::POST, "/mcp"), "tools/list", json!({}));
    let mut known = gate.list(&pair.access);
    for name in names {
        anonymous = anonymous.header(name, "Bearer admin");
        known = known.header(name, "admin@example.com");
    }
    assert_eq!(anonymous.send().await.status(), 401);
    let same = gate.list(&pair.access).send().await;
    assert_eq!(known.send().await.text(), same.text());
}

#[tokio::test]
async fn attack_a_client_with_admin_mints_nothing_that_outlives_it() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let token = administers(&mut gate, &party).await;
    let keys = gate.app.ask(Method::GET, "/v1/api-keys").bearer(&token);
    let keys = keys.send().await;
    assert_eq!(keys.status(), 200, "{}", keys.text());
    let key = keys.json()["apiKeys"][0]["id"].as_str().unwrap().to_owned();
    let rotate = format!("/v1/api-keys/{key}/rotate");
    let client = json!({ "name": "Backend", "redirectUris": ["https://b.example/cb"] });
    for (path, body) in [
        ("/v1/api-keys", json!({ "name": "kept" })),
        (rotate.as_str(), json!({})),
        ("/v1/oauth/clients", client),
        (
            "/v1/service-accounts",
            json!({ "name": "kept", "role": "admin" }),
        ),
        (
            "/v1/invitations",
            json!({ "email": "eve@example.com", "role": "owner" }),
        ),
    ] {
        let ask = gate.app.ask(Method::POST, path).bearer(&token).json(&body);
        let answer = ask.send().await;
        assert_eq!(answer.status(), 403, "{path}: {}", answer.text());
        assert_eq!(answer.json()["code"], "not_through_a_client", "{path}");
    }
    for (path, list) in [
        ("/v1/service-accounts", "serviceAccounts"),
        ("/v1/invitations", "invitations"),
    ] {
        let all = gate.app.get(path).send().await.json();
        assert_eq!(all[list], json!([]), "{path}: {all}");
    }
    let keys = gate.app.get("/v1/api-keys").send().await.json();
    assert_eq!(keys["apiKeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn attack_a_client_with_admin_connects_nothing_and_has_nothing_seen_anew() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let token = administers(&mut gate, &party).await;
    let mill = json!({ "name": "Mill", "url": "https://mcp.acme.example/mcp", "enabled": false });
    let made = gate
        .app
        .ask(Method::POST, "/v1/connectors")
        .bearer(&gate.app.key);
    let made = made.json(&mill).send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let elsewhere = json!({ "url": "https://mcp.evil.example/mcp" });
    let value = json!({ "value": "canary" });
    for (method, path, body) in [
        (Method::POST, "/v1/connectors", &mill),
        (Method::PATCH, "/v1/connectors/mill", &elsewhere),
        (Method::POST, "/v1/connectors/mill/rotate", &value),
        (Method::DELETE, "/v1/connectors/mill", &json!({})),
    ] {
        let ask = gate.app.ask(method.clone(), path).bearer(&token);
        let answer = ask.header("if-match", "\"1\"").json(body).send().await;
        assert_eq!(answer.status(), 403, "{method} {path}: {}", answer.text());
        assert_eq!(answer.json()["code"], "not_through_a_client", "{path}");
    }
    let shown = gate
        .app
        .ask(Method::GET, "/v1/connectors/mill")
        .bearer(&token);
    let shown = shown.send().await.json();
    assert_eq!(
        (&shown["url"], &shown["revision"]),
        (&mill["url"], &json!(1))
    );
}
