use http::Method;
use serde_json::json;

use super::party::error;
use super::world::gate;

#[tokio::test]
async fn an_admin_sees_and_ends_every_grant_over_http() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let first = gate.tokens(&party).await;
    let second = gate.tokens(&party).await;
    let page = gate.app.get("/v1/oauth/grants?limit=1").send().await.json();
    assert_eq!(page["grants"].as_array().unwrap().len(), 1);
    let cursor = page["next"].as_str().unwrap();
    let next = format!("/v1/oauth/grants?cursor={cursor}");
    let rest = gate.app.get(&next).send().await.json();
    let grant = &rest["grants"][0];
    assert_eq!(grant["clientName"], "Sample app");
    assert_eq!(grant["ownerName"], "Ada");
    assert_eq!(grant["state"], "active");
    assert!(!rest.to_string().contains("kwa_") && !rest.to_string().contains("kwr_"));

    let id = grant["id"].as_str().unwrap();
    let path = format!("/v1/oauth/grants/{id}");
    let ended = gate
        .app
        .ask(Method::DELETE, &path)
        .bearer(&gate.app.key)
        .send()
        .await;
    assert_eq!(ended.status(), 204);
    assert!(!gate.works(&first.access).await);
    assert!(gate.works(&second.access).await);
    let all = gate
        .app
        .post("/v1/oauth/grants/revoke")
        .json(&json!({ "client": party.id }))
        .send()
        .await;
    assert_eq!(all.json()["revoked"], 1);
    assert!(!gate.works(&second.access).await);
    let left = gate.app.get("/v1/oauth/grants").send().await.json();
    assert_eq!(left["grants"], json!([]));
    let ended = gate
        .app
        .get("/v1/oauth/grants?state=any")
        .send()
        .await
        .json();
    assert_eq!(ended["grants"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn wrong_questions_about_grants_are_refused_without_repeating_them() {
    let gate = gate().await;
    for (path, status) in [
        ("/v1/oauth/grants?client=", 422),
        ("/v1/oauth/grants?owner=canary", 422),
        ("/v1/oauth/grants?cursor=canary", 422),
        ("/v1/oauth/grants?state=canary", 400),
        ("/v1/oauth/grants?canary=1", 400),
    ] {
        let answer = gate.app.get(path).send().await;
        assert_eq!(answer.status(), status, "{path}");
        assert!(!answer.text().contains("canary"), "{path}");
    }
    for body in [
        json!({}),
        json!({ "all": true, "client": "a" }),
        json!({ "x": 1 }),
    ] {
        let answer = gate
            .app
            .post("/v1/oauth/grants/revoke")
            .json(&body)
            .send()
            .await;
        assert_eq!(answer.status(), 422, "{body}");
    }
}

#[tokio::test]
async fn a_disabled_client_is_out_until_it_is_let_in_again() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let path = |verb: &str| format!("/v1/oauth/clients/{}/{verb}", party.id);
    assert_eq!(gate.app.post(&path("disable")).send().await.status(), 204);
    assert!(!gate.works(&pair.access).await);
    assert_eq!(error(&party.try_refresh(&pair.refresh).await).0, 400);
    let answer = gate.owner.get(&party.url()).await;
    assert!(answer.header("location").contains("error=access_denied"));
    let listed = gate.app.get("/v1/oauth/clients").send().await.json();
    assert_eq!(listed["clients"][0]["state"], "disabled");

    assert_eq!(gate.app.post(&path("enable")).send().await.status(), 204);
    assert!(gate.works(&pair.access).await);
    let path = format!("/v1/oauth/clients/{}", party.id);
    let deleted = gate
        .app
        .ask(Method::DELETE, &path)
        .bearer(&gate.app.key)
        .send()
        .await;
    assert_eq!(deleted.status(), 204);
    assert!(!gate.works(&pair.access).await);
    assert_eq!(gate.owner.get(&party.url()).await.status(), 400);
}

#[tokio::test]
async fn a_client_that_an_admin_makes_is_shown_its_secret_once() {
    let gate = gate().await;
    let body =
        json!({ "name": "Backend", "redirectUris": ["https://b.example/cb"], "scope": "mcp" });
    let made = gate.app.post("/v1/oauth/clients").json(&body).send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert!(made.json()["secret"].as_str().unwrap().starts_with("kws_"));
    let listed = gate.app.get("/v1/oauth/clients").send().await;
    assert!(!listed.text().contains("kws_"));
    assert_eq!(listed.json()["clients"][0]["kind"], "configured");
    for (body, pointer) in [
        (
            json!({ "name": "", "redirectUris": ["https://b.example/cb"] }),
            "/name",
        ),
        (
            json!({ "name": "x", "serviceAccount": "canary" }),
            "/serviceAccount",
        ),
        (
            json!({ "name": "x", "redirectUris": ["javascript:canary"] }),
            "/redirectUris",
        ),
    ] {
        let answer = gate.app.post("/v1/oauth/clients").json(&body).send().await;
        assert_eq!(answer.status(), 422, "{body}");
        assert_eq!(answer.json()["problems"][0]["pointer"], pointer);
        assert!(!answer.text().contains("canary"));
    }
}

#[tokio::test]
async fn a_token_without_the_scope_administers_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let api = format!("{}/v1", gate.issuer());
    let url = party.url_with(&[("resource", Some(&api))]);
    let told = super::party::told(&gate.consent(&url).await);
    let pair = party.redeem(super::party::value(&told, "code")).await;
    for path in ["/v1/oauth/grants", "/v1/oauth/clients"] {
        let answer = gate
            .app
            .ask(Method::GET, path)
            .bearer(&pair.access)
            .send()
            .await;
        assert_eq!(answer.status(), 403, "{path}: {}", answer.text());
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"insufficient_scope\""),
            "{challenge}"
        );
        assert!(challenge.contains("scope=\"mcp admin\""), "{challenge}");
    }
}
