#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot be set up fails"
)]

use keyway_app::Settings;
use keyway_app::oauth::{Authorizing, Decision, Failure, Oauth, Posted, Site, Tokens};
use keyway_app::people::{SignedIn, WebVisitor};
use keyway_core::{Arrival, Error, Principal};
use serde_json::json;
use url::form_urlencoded;

use crate::people::world::World;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const FORM: &str = "application/x-www-form-urlencoded";

/// A gateway with a set-up owner, and a client that registered itself.
pub(crate) struct Gate {
    pub(crate) world: World,
    pub(crate) owner: SignedIn,
    pub(crate) site: Site,
    pub(crate) client: String,
}

pub(crate) async fn gate() -> Gate {
    gate_with(|_| {}).await
}

pub(crate) async fn gate_with(change: impl FnOnce(&mut Settings)) -> Gate {
    let (world, owner) = World::with_settings(change).await;
    let site = Site::new("https://gate.example", Some("/mcp")).unwrap();
    let body = json!({
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code"
        ],
        "token_endpoint_auth_method": "none",
    });
    let registered = world
        .app()
        .oauth()
        .register(&site, body.to_string().as_bytes(), Arrival::default())
        .await
        .unwrap();
    let registered: serde_json::Value = serde_json::from_str(registered.expose()).unwrap();
    Gate {
        world,
        owner,
        site,
        client: registered["client_id"].as_str().unwrap().to_owned(),
    }
}

impl Gate {
    pub(crate) fn oauth(&self) -> &Oauth {
        self.world.app().oauth()
    }

    pub(crate) fn later(&self, seconds: u64) {
        let by = std::time::Duration::from_secs(seconds);
        self.world.process.clock.advance(by);
    }

    pub(crate) fn query(&self, scope: &str) -> String {
        query_of(&self.client, scope)
    }

    pub(crate) async fn authorize(&self, scope: &str) -> Result<Authorizing, Failure> {
        let visitor = Some(&self.owner.visitor);
        let query = self.query(scope);
        self.oauth().authorize(&self.site, &query, visitor).await
    }

    /// Has somebody let the client in; answers the code.
    pub(crate) async fn code(&self, visitor: &WebVisitor, scope: &str) -> String {
        let here = visitor.principal.organization().clone();
        let allow = Decision::Allow(here);
        let query = self.query(scope);
        let to = self
            .oauth()
            .decide(&self.site, &query, visitor, &allow)
            .await
            .unwrap();
        let (_, query) = to.expose().split_once('?').unwrap();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let code = pairs.find(|(name, _)| name == "code").expect("a code");
        code.1.into_owned()
    }

    pub(crate) async fn post(&self, fields: &[(&str, &str)]) -> Result<Tokens, Failure> {
        let mut all = fields.to_vec();
        all.push(("client_id", &self.client));
        let body = form(&all);
        let posted = posted(&body);
        self.oauth().token(&self.site, &posted).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Result<Tokens, Failure> {
        self.post(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, Failure> {
        let token = tokens.refresh.as_ref().unwrap().expose();
        self.post(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Tokens of the owner.
    pub(crate) async fn tokens(&self) -> Tokens {
        let code = self.code(&self.owner.visitor, "mcp admin approvals").await;
        self.redeem(&code).await.unwrap()
    }

    /// Who comes in at the MCP endpoint with an access token.
    pub(crate) async fn come_in(&self, tokens: &Tokens) -> Result<Principal, Error> {
        let resource = Some("https://gate.example/mcp");
        let app = self.world.app();
        app.authenticate_at(tokens.access.expose(), resource).await
    }
}

/// An authorization request of a client.
pub(crate) fn query_of(client: &str, scope: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", "https://app.example/cb"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", scope),
    ])
}

pub(crate) fn posted(body: &str) -> Posted<'_> {
    Posted {
        content_type: Some(FORM),
        authorization: None,
        body: body.as_bytes(),
        arrival: Arrival::default(),
    }
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

/// The code of a refusal.
pub(crate) fn refused<T>(done: Result<T, Failure>) -> &'static str {
    match done {
        Err(Failure::Refused(refusal)) => refusal.code().as_str(),
        Err(Failure::Failed(error)) => panic!("it failed: {error:?}"),
        Ok(_) => "nothing was refused",
    }
}
