//! Access tokens that are renewed while a connection stands.

use std::sync::Arc;

use http::Method;
use keyway::{Credential, McpServer, Secret};
use keyway_app::credentials::OAuthClient;
use keyway_core::credential::OAuth2;
use keyway_testkit::authorization::{
    AuthorizationServer, Options, ProtectedPeer, ResourceOptions, browse,
};
use keyway_testkit::peers::{Era, Script};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::browser::set_up;
use crate::support::mcp::dress;
use crate::support::wait::until;

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Token {
    access_token: Secret<String>,
}

impl Credential for Token {
    const KEY: &'static str = "acme";
}

/// A gateway in front of a server that takes tokens of an authorization server, connected there.
async fn gateway(authorization: &AuthorizationServer, peer: &ProtectedPeer) -> TestApp {
    let described = OAuth2::of_issuer(authorization.issuer());
    let described = described.scopes(["mcp:read"]).resource(peer.url());
    let definition = Token::definition().connected_at(described);
    let client = OAuthClient {
        client_id: "keyway".into(),
        client_secret: Some(Secret::new("secret-1".into())),
    };
    let server = McpServer::http("internal", peer.url());
    let app = TestApp::builder()
        .server(server.bearer(|token: Token| token.access_token))
        .config(move |config| {
            config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            config.definitions.credentials.push(Arc::new(definition));
            config.oauth_clients.insert("acme", client);
        })
        .start()
        .await;
    let redirect = format!("http://{}/connect/acme/callback", app.address());
    authorization.add_client("keyway", Some("secret-1"), &redirect);
    let mut owner = set_up(&app).await;
    owner.get("/connect/acme").await;
    let place = [("keyway_place", "organization")];
    let begun = owner.post("/connect/acme", &place).await;
    let back = browse(begun.header("location")).await.unwrap();
    let back = url::Url::parse(&back).unwrap();
    let done = owner.get(&back[url::Position::BeforePath..]).await;
    assert_eq!(done.header("location"), "/connect/acme?done=yes");
    app
}

async fn ask(app: &TestApp, method: &str, params: Value) -> Value {
    let ask = app.ask(Method::POST, "/mcp").bearer(&app.key);
    dress(ask, method, params).send().await.json()
}

async fn call(app: &TestApp) -> Value {
    let params = json!({ "name": "mcp__internal__look", "arguments": {} });
    ask(app, "tools/call", params).await
}

#[tokio::test]
async fn attack_a_token_that_ended_under_a_connection_is_renewed_and_the_call_goes_on() {
    for era in [Era::Modern, Era::Legacy] {
        let options = Options {
            registration: false,
            ..Options::default()
        };
        let authorization = AuthorizationServer::start(options).await;
        let script = Script {
            results: [("look".to_owned(), r#"{"content":[],"seen":1}"#.to_owned())].into(),
            ..Script::new(era)
        };
        let peer = ProtectedPeer::start(&authorization, script, ResourceOptions::default()).await;
        let app = gateway(&authorization, &peer).await;
        until("the server to list", || async {
            let listed = ask(&app, "tools/list", json!({})).await;
            listed.to_string().contains("mcp__internal__look")
        })
        .await;
        let first = call(&app).await;
        assert_eq!(first["result"]["seen"], 1, "{first}");
        assert_eq!(authorization.refreshes(), 0);

        authorization.expire_tokens();
        let second = call(&app).await;
        assert_eq!(second["result"]["seen"], 1, "{second}");
        assert_eq!(authorization.refreshes(), 1, "once, for whoever asked");
        let third = call(&app).await;
        assert_eq!(third["result"]["seen"], 1, "{third}");
        assert_eq!(authorization.refreshes(), 1);
        assert!(
            authorization.violations().is_empty(),
            "{:?}",
            authorization.violations()
        );
        app.running.stop().await;
    }
}

#[tokio::test]
async fn attack_a_default_that_only_a_server_uses_is_not_revoked_by_mistake() {
    let authorization = AuthorizationServer::start(Options {
        registration: false,
        ..Options::default()
    })
    .await;
    let script = Script::new(Era::Modern);
    let peer = ProtectedPeer::start(&authorization, script, ResourceOptions::default()).await;
    let app = gateway(&authorization, &peer).await;
    let listed = app.get("/v1/credentials").send().await.json();
    let id = listed["credentials"][0]["id"].as_str().unwrap().to_owned();
    let revoke = async |query: &str| {
        let path = format!("/v1/credentials/{id}{query}");
        let ask = app.ask(Method::DELETE, &path).bearer(&app.key);
        ask.send().await
    };
    let refused = revoke("").await;
    assert_eq!(
        (refused.status(), refused.json()["code"].clone()),
        (409, json!("credential_in_use"))
    );
    assert!(refused.text().contains("`internal`"), "{}", refused.text());
    assert_eq!(revoke("?force=true").await.status(), 204);
    app.running.stop().await;
}
