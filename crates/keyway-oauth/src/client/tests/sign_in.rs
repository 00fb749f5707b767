//! Signing in and forgetting.

use serde_json::json;

use crate::testing::{
    ISSUER, MCP, REDIRECT, World, callback, json as reply, query, resource, resource_metadata,
    server_metadata, status,
};
use crate::{ClientSettings, OAuthError, Revocation};

async fn begin(world: &World) -> Result<crate::Pending, OAuthError> {
    world.client().begin("files", &resource(), REDIRECT).await
}

async fn refused(world: &World) -> &'static str {
    begin(world).await.unwrap_err().code()
}

#[tokio::test]
async fn a_person_signs_in() {
    let world = World::new();
    let client = world.client();
    let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
    assert_eq!(pending.issuer(), ISSUER);
    assert_eq!(pending.scopes(), ["read"]);
    let asked = query(pending.url());
    assert_eq!(asked["tenant"], "1");
    assert_eq!(asked["resource"], MCP);
    assert_eq!(asked["client_id"], "client-1");
    assert_eq!(asked["redirect_uri"], REDIRECT);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["scope"], "read");
    assert_eq!(asked["state"].len(), 43);

    let info = client
        .complete(pending, &callback(&url(&asked), "code-1"))
        .await
        .unwrap();
    assert_eq!(info.name, "mcp:files");
    assert!(info.renewable);
    let form = world.web.forms("https://as.example/token").remove(0);
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "code-1");
    assert_eq!(form["redirect_uri"], REDIRECT);
    assert_eq!(form["resource"], MCP);
    assert_eq!(form["client_id"], "client-1");
    assert_eq!(form["code_verifier"].len(), 43);
    assert_eq!(client.grants().await, [info]);
}

/// The URL again, as far as `callback` needs it.
fn url(asked: &std::collections::BTreeMap<String, String>) -> String {
    format!("https://as.example/authorize?state={}", asked["state"])
}

#[tokio::test]
async fn a_registration_is_kept_for_its_issuer_and_redirect_uri() {
    let world = World::new();
    let client = world.client();
    for redirect_uri in [
        REDIRECT,
        REDIRECT,
        "http://localhost:1457/auth/mcp/callback",
    ] {
        client
            .begin("files", &resource(), redirect_uri)
            .await
            .unwrap();
    }
    client.begin("other", &resource(), REDIRECT).await.unwrap();
    let requests = world.web.requests.lock();
    let registered: Vec<_> = requests
        .iter()
        .filter(|request| request.url == "https://as.example/register")
        .collect();
    assert_eq!(registered.len(), 2);
    let document: serde_json::Value = serde_json::from_slice(&registered[0].body).unwrap();
    assert_eq!(document["application_type"], "native");
    assert_eq!(document["token_endpoint_auth_method"], "none");
    assert_eq!(document["redirect_uris"], json!([REDIRECT]));
    assert_eq!(document["scope"], "read");
}

#[tokio::test]
async fn a_registration_that_led_nowhere_is_not_relied_on() {
    let world = World::new();
    let registered = |id: &str| status(201, &json!({ "client_id": id }));
    world.web.on(
        "POST https://as.example/register",
        [
            registered("client-1"),
            status(429, &json!({})),
            registered("client-2"),
        ],
    );
    world.signed_in().await;
    let client = world.client();
    let begin = async || {
        let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
        query(pending.url())["client_id"].clone()
    };
    world.hands.pass(86_400);
    // It did well before; then nobody comes back, for the server forgot it and told the browser.
    assert_eq!(begin().await, "client-1");
    // The server registers nobody just now.
    assert_eq!(begin().await, "client-1");
    assert_eq!(begin().await, "client-2");
    // A person who gives up in between is no reason to register again and again.
    world.hands.pass(300);
    assert_eq!(begin().await, "client-2");
}

#[tokio::test]
async fn a_client_is_configured_or_a_document_or_registered() {
    let world = World::new();
    let mut metadata = server_metadata();
    metadata["client_id_metadata_document_supported"] = json!(true);
    metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    world.web.on(
        "GET https://as.example/.well-known/oauth-authorization-server",
        [reply(&metadata)],
    );
    let settings = ClientSettings {
        client_metadata_url: Some(String::from("https://keyway.example/client.json")),
        ..ClientSettings::default()
    };
    let client = world.client_with(None, settings);
    let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
    assert_eq!(
        query(pending.url())["client_id"],
        "https://keyway.example/client.json"
    );

    let mut by_hand = resource();
    by_hand.client_id = Some(String::from("by-hand"));
    by_hand.client_secret = Some(keyway_core::Secret::new(String::from("hush-hush")));
    let pending = client.begin("files", &by_hand, REDIRECT).await.unwrap();
    assert_eq!(query(pending.url())["client_id"], "by-hand");
    let answer = callback(pending.url(), "c");
    client.complete(pending, &answer).await.unwrap();
    let form = world.web.forms("https://as.example/token").remove(0);
    assert_eq!(form["client_secret"], "hush-hush");
    assert!(
        !world
            .safe
            .json("mcp:files")
            .to_string()
            .contains("hush-hush")
    );

    let mut metadata = server_metadata();
    metadata
        .as_object_mut()
        .unwrap()
        .remove("registration_endpoint");
    world.web.on(
        "GET https://as.example/.well-known/oauth-authorization-server",
        [reply(&metadata)],
    );
    assert_eq!(refused(&world).await, "client_id_needed");
}

#[tokio::test]
async fn a_configured_client_stays_with_its_issuer() {
    let world = World::new();
    let mut by_hand = resource();
    by_hand.client_id = Some(String::from("by-hand"));
    let client = world.client();
    let pending = client.begin("files", &by_hand, REDIRECT).await.unwrap();
    let answer = callback(pending.url(), "c");
    client.complete(pending, &answer).await.unwrap();

    let mut metadata = resource_metadata();
    metadata["authorization_servers"] = json!(["https://as2.example"]);
    world.web.on(
        "GET https://mcp.example/.well-known/oauth-protected-resource/mcp",
        [reply(&metadata)],
    );
    let mut other = server_metadata();
    other["issuer"] = json!("https://as2.example");
    world.web.on(
        "GET https://as2.example/.well-known/oauth-authorization-server",
        [reply(&other)],
    );
    let error = client.begin("files", &by_hand, REDIRECT).await.unwrap_err();
    assert_eq!(error.code(), "client_of_another_issuer");
    // One that is registered dynamically registers anew instead.
    assert!(client.begin("files", &resource(), REDIRECT).await.is_ok());
}

#[tokio::test]
async fn metadata_of_others_is_not_used() {
    let set = |key: &str, value: serde_json::Value, of: serde_json::Value| {
        let mut of = of;
        of[key] = value;
        of
    };
    let server = |key, value| {
        let world = World::new();
        world.web.on(
            "GET https://as.example/.well-known/oauth-authorization-server",
            [reply(&set(key, value, server_metadata()))],
        );
        world
    };
    for (world, code) in [
        (
            server("issuer", json!("https://evil.example")),
            "issuer_mismatch",
        ),
        (
            server("issuer", json!("https://as.example/")),
            "issuer_mismatch",
        ),
        (
            server("code_challenge_methods_supported", json!(["plain"])),
            "pkce_unsupported",
        ),
        (
            server("code_challenge_methods_supported", json!([])),
            "pkce_unsupported",
        ),
        (
            server("token_endpoint", json!("http://as.example/token")),
            "foreign_place",
        ),
        (
            server("token_endpoint", json!("http://localhost/token")),
            "foreign_place",
        ),
        (
            server("authorization_endpoint", json!("javascript:alert(1)")),
            "foreign_place",
        ),
        (server("token_endpoint", json!(7)), "bad_metadata"),
    ] {
        assert_eq!(refused(&world).await, code);
    }

    let world = World::new();
    let page = "GET https://mcp.example/.well-known/oauth-protected-resource/mcp";
    let evil = set(
        "resource",
        json!("https://evil.example/mcp"),
        resource_metadata(),
    );
    world.web.on(page, [reply(&evil)]);
    assert_eq!(refused(&world).await, "resource_mismatch");
    let elsewhere = (
        302,
        vec![("location", String::from("https://evil.example/m"))],
        String::new(),
    );
    world.web.on(page, [elsewhere]);
    assert_eq!(refused(&world).await, "foreign_place");
    let circle = (302, vec![("location", String::from("mcp"))], String::new());
    world.web.on(page, [circle]);
    assert_eq!(refused(&world).await, "bad_metadata");
    world.web.on(page, [status(500, &json!({}))]);
    assert_eq!(refused(&world).await, "authorization_server_unreachable");
    world.web.on(page, [status(0, &json!({}))]);
    assert_eq!(refused(&world).await, "authorization_server_unreachable");
}

#[tokio::test]
async fn a_server_without_resource_metadata_is_its_own_authorization_server() {
    let world = World::new();
    let page = "GET https://mcp.example/.well-known/oauth-protected-resource/mcp";
    world.web.on(page, [status(404, &json!({}))]);
    world.web.on(
        "POST https://mcp.example/register",
        [status(
            201,
            &json!({ "client_id": "c", "client_secret": "s" }),
        )],
    );
    let pending = begin(&world).await.unwrap();
    assert!(pending.url().starts_with("https://mcp.example/authorize?"));
    assert_eq!(pending.issuer(), "https://mcp.example");

    world.web.on(&format!("POST {MCP}"), [reply(&json!({}))]);
    assert_eq!(refused(&world).await, "not_protected");
}

#[tokio::test]
async fn only_the_answer_to_this_request_is_taken() {
    let world = World::new();
    let mut metadata = server_metadata();
    metadata["authorization_response_iss_parameter_supported"] = json!(true);
    world.web.on(
        "GET https://as.example/.well-known/oauth-authorization-server",
        [reply(&metadata)],
    );
    let client = world.client();
    for (suffix, code) in [
        ("", "wrong_issuer"),
        ("&iss=https://as.example/", "wrong_issuer"),
        (
            "&iss=https://evil.example&error=access_denied",
            "wrong_issuer",
        ),
        (
            "&iss=https://as.example&iss=https://as.example",
            "wrong_callback",
        ),
        (
            "&iss=https://as.example&error=access_denied",
            "sign_in_denied",
        ),
        (
            "&iss=https://as.example&error=server_error&error_description=code-1",
            "sign_in_refused",
        ),
    ] {
        let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
        let answer = callback(pending.url(), "code-1") + suffix;
        assert!(pending.is_answered_by(&answer) || code == "wrong_callback");
        let error = client.complete(pending, &answer).await.unwrap_err();
        assert_eq!(error.code(), code, "{suffix}");
    }
    for answer in [
        format!("{REDIRECT}?code=c&state=another"),
        format!("{REDIRECT}?code=c"),
        String::from("http://localhost:1456/other?code=c"),
        String::from("nonsense"),
    ] {
        let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
        assert!(!pending.is_answered_by(&answer));
        let error = client.complete(pending, &answer).await.unwrap_err();
        assert_eq!(error.code(), "wrong_callback", "{answer}");
    }
    assert!(world.web.forms("https://as.example/token").is_empty());
}

#[tokio::test]
async fn a_pasted_query_is_enough() {
    let world = World::new();
    let client = world.client();
    let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
    let answer = callback(pending.url(), "c").replace(REDIRECT, " ");
    client.complete(pending, &answer).await.unwrap();
}

#[tokio::test]
async fn a_refused_code_says_what_the_server_says_and_nothing_of_ours() {
    let world = World::new();
    let client = world.client();
    let error = json!({ "error": "invalid_grant", "error_description": "code-1 was used" });
    world
        .web
        .on("POST https://as.example/token", [status(400, &error)]);
    let pending = client.begin("files", &resource(), REDIRECT).await.unwrap();
    let answer = callback(pending.url(), "code-1");
    let error = client.complete(pending, &answer).await.unwrap_err();
    assert_eq!(error.code(), "token_refused");
    assert!(error.to_string().contains("[masked] was used"), "{error}");
    assert!(client.grants().await.is_empty());
}

#[tokio::test]
async fn a_client_that_is_unknown_is_registered_anew() {
    let world = World::new();
    let unknown = json!({ "error": "invalid_client" });
    world.web.on(
        "POST https://as.example/token",
        [status(401, &unknown), crate::testing::tokens("a", "r", 60)],
    );
    let registered = |id: &str| status(201, &json!({ "client_id": id }));
    world.web.on(
        "POST https://as.example/register",
        [registered("client-1"), registered("client-2")],
    );
    let client = world.client();
    let person = super::step_up::Willing::default();
    let info = client.connect("files", &resource(), &person).await.unwrap();
    assert_eq!(info.client_id, "client-2");
    assert_eq!(person.visits().len(), 2);
}

#[tokio::test]
async fn forgetting_revokes_both_tokens_and_removes_the_record() {
    let world = World::new();
    let client = world.signed_in().await;
    world
        .web
        .on("POST https://as.example/revoke", [status(200, &json!({}))]);
    let forgotten = client.forget("files", &resource()).await.unwrap();
    assert!(forgotten.existed);
    assert_eq!(forgotten.revocation, Revocation::Revoked);
    let forms = world.web.forms("https://as.example/revoke");
    assert_eq!(forms[0]["token"], "refresh-1");
    assert_eq!(forms[0]["token_type_hint"], "refresh_token");
    assert_eq!(forms[1]["token"], "access-1");
    assert!(client.grants().await.is_empty());
    assert!(!client.forget("files", &resource()).await.unwrap().existed);
}

#[tokio::test]
async fn forgetting_does_not_depend_on_the_authorization_server() {
    let world = World::new();
    let client = world.signed_in().await;
    world
        .web
        .on("POST https://as.example/revoke", [status(503, &json!({}))]);
    let forgotten = client.forget("files", &resource()).await.unwrap();
    let Revocation::Failed(reason) = forgotten.revocation else {
        panic!("not failed");
    };
    assert!(
        reason.contains("503") && !reason.contains("refresh-1"),
        "{reason}"
    );
    assert!(client.grants().await.is_empty());
}
