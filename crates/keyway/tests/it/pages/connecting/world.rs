use std::sync::Arc;

use keyway::{Action, Credential, Error, Expose, Kind, Secret};
use keyway_app::credentials::OAuthClient;
use keyway_core::credential::OAuth2;
use keyway_core::{CredentialDefinition, Role};
use keyway_testkit::acme::Acme;
use keyway_testkit::authorization::{AuthorizationServer, Endpoint, Options, browse};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::support::actions::Said;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::support::people::join;

/// The secret of the gateway's client.
pub(super) const SECRET: &str = "canary-client-secret-5d11";

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Token {
    access_token: Secret<String>,
}

impl Credential for Token {
    const KEY: &'static str = "acme";
}

/// A gateway, an authorization server, and the service behind both.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) server: AuthorizationServer,
    pub(super) acme: Acme,
    pub(super) owner: Browser,
}

impl World {
    pub(super) async fn start() -> Self {
        Self::described(|issuer| OAuth2::of_issuer(issuer).scopes(["mcp:read"])).await
    }

    /// With the server as `describe` says, of its issuer.
    pub(super) async fn described(describe: impl FnOnce(String) -> OAuth2) -> Self {
        Self::allowed(describe, &["127.0.0.1", "localhost"]).await
    }

    /// With these private addresses allowed.
    pub(super) async fn allowed(describe: impl FnOnce(String) -> OAuth2, allow: &[&str]) -> Self {
        let server = AuthorizationServer::start(options()).await;
        let acme = Acme::start("nobody's").await;
        let definition = Token::definition().connected_at(describe(server.issuer()));
        let app = builder(&definition, &acme, allow).start().await;
        let redirect = format!("http://{}/connect/acme/callback", app.address());
        server.add_client("keyway", Some(SECRET), &redirect);
        let owner = set_up(&app).await;
        Self {
            app,
            server,
            acme,
            owner,
        }
    }

    /// Sends the form: where the browser is led.
    pub(super) async fn begin(&mut self) -> Answer {
        begin(&mut self.owner, "organization").await
    }

    /// As far as the authorization server goes: the way back that it sends the browser.
    pub(super) async fn way_back(&mut self) -> String {
        let begun = self.begin().await;
        assert_eq!(begun.status(), 303, "{}", begun.text());
        let back = browse(begun.header("location")).await.unwrap();
        path_of(&back)
    }

    /// All of it.
    pub(super) async fn connect(&mut self) {
        let back = self.way_back().await;
        let done = self.owner.get(&back).await;
        assert_eq!(
            (done.status(), done.header("location")),
            (303, "/connect/acme?done=yes"),
            "{}",
            done.text()
        );
        self.take_token();
    }

    /// Has the service take every access token that was given out.
    pub(super) fn take_token(&self) {
        for secret in self.server.secrets() {
            self.acme.take_key(&secret, "Ada");
        }
    }

    /// What an action that uses it answers: its text, or the code of the failure.
    pub(super) async fn call(&self) -> String {
        let answer = self.app.post("/v1/actions/acme:whoami").send().await;
        let json = answer.json();
        let text = json["text"].as_str().or_else(|| json["code"].as_str());
        text.unwrap_or_else(|| panic!("{}", answer.text()))
            .to_owned()
    }

    /// The instances, as the API shows them.
    pub(super) async fn listed(&self) -> serde_json::Value {
        let listed = self.app.get("/v1/credentials").send().await;
        listed.json()["credentials"].clone()
    }

    /// A browser of a new member, signed in.
    pub(super) async fn member(&self) -> Browser {
        let app = self.app.running.app();
        join(app, &app.local(), "bob@example.com", Role::Member).await;
        let mut member = Browser::of(&self.app);
        member.sign_in("bob@example.com").await;
        member
    }

    /// How often codes or tokens were asked for.
    pub(super) fn exchanges(&self) -> usize {
        self.server.visits_to(Endpoint::Token).len()
    }
}

fn options() -> Options {
    Options {
        registration: false,
        ..Options::default()
    }
}

pub(super) fn builder(
    definition: &CredentialDefinition,
    acme: &Acme,
    allow: &[&str],
) -> crate::support::app::Builder {
    let client = OAuthClient {
        client_id: "keyway".into(),
        client_secret: Some(Secret::new(SECRET.into())),
    };
    TestApp::builder()
        .actions([whoami(acme.url())])
        .config(|config| {
            config.egress.allow = allow.iter().map(|&one| one.to_owned()).collect();
            config
                .definitions
                .credentials
                .push(Arc::new(definition.clone()));
            config.oauth_clients.insert("acme", client);
        })
}

/// `acme:whoami`: asks the service who it is with this token.
fn whoami(url: String) -> Action {
    Action::with_credentials("acme:whoami", move |context, (): (), token: Token| {
        let url = format!("{url}/v1/me");
        async move {
            let asked = context.http().get(&url).bearer(&token.access_token);
            let me: serde_json::Value = asked.send().await?.json().await?;
            let name = me["name"].as_str();
            let name = name.ok_or_else(|| Error::new(Kind::BadGateway, "no_name", "no name"))?;
            Ok(Said {
                text: name.to_owned(),
            })
        }
    })
    .read_only()
    .expose(Expose::ALL)
}

pub(super) async fn begin(browser: &mut Browser, place: &str) -> Answer {
    browser.get("/connect/acme").await;
    browser
        .post("/connect/acme", &[("keyway_place", place)])
        .await
}

/// A URL of the gateway, without its origin.
pub(super) fn path_of(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url[url::Position::BeforePath..].to_owned()
}
