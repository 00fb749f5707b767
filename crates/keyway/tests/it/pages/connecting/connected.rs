use keyway_core::credential::{ClientAuth, OAuth2, Quirks};
use keyway_testkit::authorization::{Endpoint, Misbehaviour, browse};

use super::world::{SECRET, World, begin, path_of};

#[tokio::test]
async fn a_person_connects_a_service_in_the_browser_and_calls_use_its_token() {
    let mut world = World::start().await;
    assert_eq!(world.call().await, "credential_missing");
    let page = world.owner.get("/connect/acme").await;
    let told = [
        "Ada Lovelace is sent to",
        &world.server.issuer(),
        "<code>mcp:read</code>",
        r#"<option value="organization" selected>"#,
        "Used by acme:whoami.",
    ];
    for part in told {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("accessToken"));
    // Browsers hold the way to the server against the policy of the page.
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with(&world.server.issuer()), "{policy}");

    world.connect().await;
    let page = world.owner.get("/connect/acme?done=yes").await;
    assert!(page.text().contains("acme is connected"), "{}", page.text());
    assert_eq!(world.call().await, "Ada");
    assert!(
        world.server.violations().is_empty(),
        "{:?}",
        world.server.violations()
    );
    let asked = &world.server.visits_to(Endpoint::Authorize)[0];
    assert_eq!(asked.param("code_challenge_method"), "S256");
    assert_eq!(asked.param("scope"), "mcp:read");
    assert!(!asked.params.contains_key("resource"), "nobody named one");

    let listed = world.listed().await;
    let one = &listed[0];
    assert_eq!(
        (one["key"].as_str(), one["scope"].as_str()),
        (Some("acme"), Some("organization"))
    );
    for known in ["lastRefreshedAt", "expiresAt"] {
        assert!(one[known].is_string(), "{one}");
    }
    assert!(
        one.get("needsReconnecting").is_none() && one.get("lastError").is_none(),
        "{one}"
    );
    let definitions = world
        .app
        .get("/v1/credential-definitions")
        .send()
        .await
        .json();
    let definition = &definitions["definitions"][0];
    assert_eq!(definition["kind"], "oauth2");
    assert_eq!(
        definition["authorization"]["scopes"],
        serde_json::json!(["mcp:read"])
    );
}

#[tokio::test]
async fn connecting_again_replaces_the_grant_of_the_same_instance() {
    let mut world = World::start().await;
    world.connect().await;
    let first = world.listed().await;
    world.server.revoke_grants();
    world.connect().await;
    let second = world.listed().await;
    assert_eq!(second.as_array().unwrap().len(), 1);
    assert_eq!(first[0]["id"], second[0]["id"]);
    assert_eq!(second[0]["revision"], 2);
    assert_eq!(world.call().await, "Ada");
}

#[tokio::test]
async fn a_members_own_is_theirs_and_they_connect_no_one_elses() {
    let mut world = World::start().await;
    let mut member = world.member().await;
    let refused = begin(&mut member, "organization").await;
    assert_eq!(refused.status(), 403);
    let begun = begin(&mut member, "user").await;
    let back = browse(begun.header("location")).await.unwrap();
    assert_eq!(member.get(&path_of(&back)).await.status(), 303);
    assert_eq!(world.call().await, "credential_missing");
    assert_eq!(world.listed().await[0]["scope"], "user");
    world.connect().await;
    assert_eq!(world.call().await, "Ada");
}

#[tokio::test]
async fn what_a_server_does_in_a_way_of_its_own_is_data() {
    let mut world = World::described(|issuer| {
        OAuth2::at(format!("{issuer}/authorize"), format!("{issuer}/token"))
            .revocation_endpoint(format!("{issuer}/revoke"))
            .client_auth(ClientAuth::Basic)
            .scopes(["mcp:read", "mcp:write"])
            .parameter("access_type", "offline")
            .quirks(Quirks {
                token_types: vec!["mac".into()],
                lifetime: Some(std::time::Duration::from_secs(600)),
                ..Quirks::default()
            })
    })
    .await;
    world.server.misbehave(Misbehaviour::TokenTypeNotBearer);
    world.server.misbehave(Misbehaviour::NoExpiresIn);
    world.connect().await;
    assert_eq!(world.call().await, "Ada");
    let asked = &world.server.visits_to(Endpoint::Authorize)[0];
    assert_eq!(asked.param("access_type"), "offline");
    assert!(world.listed().await[0]["expiresAt"].is_string());
    // Nothing was asked of the server that the definition says.
    assert!(world.server.visits_to(Endpoint::Metadata).is_empty());
}

#[tokio::test]
async fn a_revoked_instance_is_taken_back_at_its_server() {
    let mut world = World::start().await;
    world.connect().await;
    assert!(world.server.has_grants());
    let id = world.listed().await[0]["id"].as_str().unwrap().to_owned();
    let revoked = world.app.ask(
        http::Method::DELETE,
        &format!("/v1/credentials/{id}?force=true"),
    );
    let revoked = revoked.bearer(&world.app.key).send().await;
    assert_eq!(revoked.status(), 204, "{}", revoked.text());
    assert!(!world.server.has_grants());
    assert_eq!(world.call().await, "credential_missing");

    // Its word changes nothing here.
    world.connect().await;
    world.server.misbehave(Misbehaviour::RevocationFails);
    let id = world.listed().await[0]["id"].as_str().unwrap().to_owned();
    let revoked = world.app.ask(
        http::Method::DELETE,
        &format!("/v1/credentials/{id}?force=true"),
    );
    assert_eq!(revoked.bearer(&world.app.key).send().await.status(), 204);
    assert_eq!(world.call().await, "credential_missing");
}

#[tokio::test]
async fn nothing_of_a_grant_is_readable_at_rest_or_in_the_audit_log() {
    let mut world = World::start().await;
    let back = world.way_back().await;
    let state = url::Url::parse(&format!("http://x{back}")).unwrap();
    let state = state
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    assert_eq!(world.owner.get(&back).await.status(), 303);
    world.take_token();
    assert_eq!(world.call().await, "Ada");
    let events = world.app.get("/v1/audit?limit=100").send().await;
    let mut secrets = world.server.secrets();
    secrets.extend([SECRET.to_owned(), state]);
    assert!(secrets.len() > 3);
    assert!(
        events.text().contains("credential_connected"),
        "{}",
        events.text()
    );
    for secret in &secrets {
        assert!(!events.text().contains(secret.as_str()));
    }
    let mut read = 0;
    for entry in std::fs::read_dir(world.app.data_dir()).unwrap() {
        let file = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        read += bytes.len();
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", file.display());
        }
    }
    assert!(read > 10_000, "the database is somewhere else");
}

#[tokio::test]
async fn a_gateway_that_is_no_client_there_says_what_its_operator_does() {
    let mut world = World::described(|issuer| OAuth2::of_issuer(issuer)).await;
    // The server knows it no more.
    world.server.forget_clients();
    let begun = world.begin().await;
    assert_eq!(begun.status(), 303);
    assert!(browse(begun.header("location")).await.is_err());

    let server = keyway_testkit::authorization::AuthorizationServer::start(
        keyway_testkit::authorization::Options::default(),
    )
    .await;
    let definition =
        keyway_core::CredentialDefinition::oauth2("other", OAuth2::of_issuer(server.issuer()));
    let app = crate::support::app::TestApp::builder()
        .config(|config| {
            let definition = std::sync::Arc::new(definition);
            config.definitions.credentials.push(definition);
        })
        .start()
        .await;
    let mut owner = crate::support::browser::set_up(&app).await;
    owner.get("/connect/other").await;
    let refused = owner
        .post("/connect/other", &[("keyway_place", "organization")])
        .await;
    assert_eq!(refused.status(), 503);
    assert!(
        refused.text().contains("oauth_clients.other"),
        "{}",
        refused.text()
    );
    assert!(server.visits().is_empty());
}
