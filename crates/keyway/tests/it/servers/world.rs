use http::Method;
use keyway::{CredentialScope, McpServer};
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::peers::{Era, KeyedPeer, Script};
use serde_json::{Value, json};

use crate::support::actions::Acme;
use crate::support::app::TestApp;
use crate::support::mcp::{LEGACY, MODERN, dress};
use crate::support::people;
use crate::support::wait::until;

/// What Ada stores, and nobody else may use.
pub(super) const ADAS: &str = "canary-adas-key";
/// What Ben stores.
pub(super) const BENS: &str = "canary-bens-key";

/// A server that is another one to each of them.
pub(super) async fn peer(era: Era) -> KeyedPeer {
    let script = |name: &str| Script {
        results: [(name.to_owned(), format!(r#"{{"content":[],"{name}":1}}"#))].into(),
        ..Script::new(era)
    };
    KeyedPeer::start([(ADAS, script("of-ada")), (BENS, script("of-ben"))]).await
}

/// A gateway with a server that each person reaches with their own credential.
pub(super) async fn gateway(url: &str) -> TestApp {
    let server = McpServer::http("internal", url).bearer(|acme: Acme| acme.api_key);
    let server = server.credential_scope(CredentialScope::User);
    TestApp::builder().server(server).start().await
}

/// A person of the gateway, with a key of their own.
pub(super) struct Person<'a> {
    app: &'a TestApp,
    pub(super) key: String,
}

impl<'a> Person<'a> {
    pub(super) async fn join(app: &'a TestApp, name: &str) -> Self {
        let use_cases = app.running.app();
        let email = format!("{name}@example.com");
        let joined = people::join(use_cases, &use_cases.local(), &email, Role::Member).await;
        let request = KeyRequest {
            name: "own".into(),
            ..KeyRequest::default()
        };
        let who = &joined.visitor.principal;
        let issued = use_cases.api_keys().issue(who, request).await.unwrap();
        Self {
            app,
            key: issued.secret.expose().clone(),
        }
    }

    /// Stores a credential of their own; answers its id.
    pub(super) async fn connect(&self, key: &str) -> String {
        let body =
            json!({ "key": "acme", "scope": "user", "name": "own", "fields": { "apiKey": key } });
        let ask = self.app.ask(Method::POST, "/v1/credentials");
        let made = ask.bearer(&self.key).json(&body).send().await;
        assert!(matches!(made.status(), 200 | 201), "{}", made.text());
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// Ends one of their credentials.
    pub(super) async fn revoke(&self, id: &str) {
        let path = format!("/v1/credentials/{id}?force=true");
        let ask = self.app.ask(Method::DELETE, &path);
        assert_eq!(ask.bearer(&self.key).send().await.status(), 204);
    }

    /// The answer to a request of revision 2026-07-28.
    pub(super) async fn ask(&self, method: &str, params: Value) -> Value {
        let ask = self.app.ask(Method::POST, "/mcp").bearer(&self.key);
        dress(ask, method, params).send().await.json()
    }

    /// The names of the tools of servers that they are listed.
    pub(super) async fn tools(&self) -> Vec<String> {
        let mut all = self.listed("tools", "name").await;
        all.retain(|name| name.starts_with("mcp__"));
        all
    }

    pub(super) async fn listed(&self, what: &str, member: &str) -> Vec<String> {
        let answer = self.ask(&format!("{what}/list"), json!({})).await;
        let items = answer["result"][what].as_array().unwrap().iter();
        items
            .map(|item| item[member].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until a tool is listed.
    pub(super) async fn wait_tool(&self, name: &str) {
        until(name, || async {
            self.tools().await.iter().any(|tool| tool == name)
        })
        .await;
    }

    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.ask(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )
        .await
    }

    /// A stream of what changes for them.
    pub(super) fn listening(&self, wanted: &Value) -> crate::support::client::Ask {
        let ask = self.app.ask(Method::POST, "/mcp").bearer(&self.key);
        dress(
            ask,
            "subscriptions/listen",
            json!({ "notifications": wanted }),
        )
    }
}

/// Both eras of servers behind the gateway.
pub(super) const ERAS: [(Era, &str); 2] = [(Era::Modern, MODERN), (Era::Legacy, LEGACY)];
