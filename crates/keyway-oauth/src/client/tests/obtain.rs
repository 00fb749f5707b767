//! Servers that are found and trusted no further than any other, and tokens that a client gets for
//! itself.

use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::credential::{Flow, OAuth2};
use keyway_core::ports::{Destination, ProtectedResource, TokenError, TokenSources as _};
use serde_json::json;

use crate::testing::{MCP, REDIRECT, World, callback, query, status, tokens};
use crate::{OAuthError, Pending};

const TOKEN: &str = "POST https://as.example/token";

/// A server that an administrator added: its authorization server is found.
fn added(flow: Flow) -> ProtectedResource {
    ProtectedResource {
        url: MCP.to_owned(),
        server: Some(Arc::new(OAuth2::of_resource(MCP).flow(flow))),
        ..ProtectedResource::default()
    }
}

fn own() -> ProtectedResource {
    ProtectedResource {
        client_id: Some("us".into()),
        client_secret: Some(Secret::new("canary-secret".into())),
        ..added(Flow::ClientCredentials)
    }
}

#[tokio::test]
async fn a_server_is_found_and_a_client_registered_there_is_remembered() {
    let world = World::new();
    let (client, resource) = (world.client(), added(Flow::Consent));
    let pending = client.begin("files", &resource, REDIRECT).await.unwrap();
    assert_eq!(query(pending.url())["client_id"], "client-1");
    let kept = pending.record().unwrap();
    let came_back = callback(pending.url(), "code-1");
    let pending = Pending::resume(kept.expose(), resource.clone()).unwrap();
    let granted = client.exchange(pending, &came_back).await.unwrap();
    assert_eq!(granted.info.url, MCP);
    let again = client.begin("others", &resource, REDIRECT).await.unwrap();
    let registered = world.web.forms("https://as.example/register");
    assert_eq!(registered.len(), 1, "it is registered once");
    // What it found, it reaches like anybody: nothing is the operator's own choice.
    {
        let requests = world.web.requests.lock();
        let mut asked = requests.iter();
        assert!(asked.all(|request| request.destination == Destination::Guarded));
    }
    // The server does not know the client any more: another one is registered.
    let refusal = status(401, &json!({ "error": "invalid_client" }));
    world.web.on(TOKEN, [refusal]);
    let came_back = callback(again.url(), "code-2");
    let refused = client.exchange(again, &came_back).await.unwrap_err();
    assert!(matches!(refused, OAuthError::ClientRefused(_)));
    client.begin("others", &resource, REDIRECT).await.unwrap();
    assert_eq!(world.web.forms("https://as.example/register").len(), 2);
}

#[tokio::test]
async fn it_is_known_by_the_document_for_this_resource() {
    let world = World::new();
    let mut metadata = crate::testing::server_metadata();
    metadata["client_id_metadata_document_supported"] = true.into();
    world.web.on(
        "GET https://as.example/.well-known/oauth-authorization-server",
        [crate::testing::json(&metadata)],
    );
    let resource = ProtectedResource {
        client_document: Some("https://gateway.example/connect/mcp:files/client".into()),
        ..added(Flow::Consent)
    };
    let pending = world.client().begin("files", &resource, REDIRECT).await;
    let query = query(pending.unwrap().url());
    assert_eq!(
        query["client_id"],
        "https://gateway.example/connect/mcp:files/client"
    );
}

#[tokio::test]
async fn a_client_gets_tokens_for_itself_and_renews_them_alike() {
    let world = World::new();
    let (client, resource) = (world.client(), own());
    let granted = client.obtain("files", &resource).await.unwrap();
    assert!(granted.info.renewable && granted.info.expires_at.is_some());
    let form = &world.web.forms("https://as.example/token")[0];
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(
        (form["scope"].as_str(), form["resource"].as_str()),
        ("read", MCP)
    );
    let record = String::from_utf8(granted.record.expose().clone()).unwrap();
    assert!(!record.contains("canary"), "the secret is not kept twice");
    // A refresh token that came along is not used.
    assert!(!record.contains("refresh-1"));
    world
        .safe
        .put("mcp:files", &serde_json::from_str(&record).unwrap());

    let source = client.source("files", &resource);
    assert_eq!(source.token().await.unwrap().expose(), "access-1");
    world.hands.pass(3600);
    world.web.on(TOKEN, [tokens("access-2", "refresh-2", 3600)]);
    assert_eq!(source.token().await.unwrap().expose(), "access-2");
    let forms = world.web.forms("https://as.example/token");
    assert_eq!(forms[0], forms[1], "it is asked for in the same words");

    world.hands.pass(3600);
    let refusal = status(401, &json!({ "error": "invalid_client" }));
    world.web.on(TOKEN, [refusal]);
    for _ in 0..2 {
        let refused = source.token().await;
        assert!(
            matches!(refused, Err(TokenError::Refused(_))),
            "{refused:?}"
        );
    }
    assert_eq!(
        world.web.forms("https://as.example/token").len(),
        3,
        "a refusal is final"
    );
}

#[tokio::test]
async fn a_client_without_a_secret_gets_nothing_for_itself() {
    let world = World::new();
    let resource = ProtectedResource {
        client_secret: None,
        ..own()
    };
    let refused = world.client().obtain("files", &resource).await.unwrap_err();
    assert!(matches!(refused, OAuthError::ClientIdNeeded(_)));
    assert!(world.web.forms("https://as.example/token").is_empty());
}
