use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::client::HttpClient;
use keyway_core::provider::{
    Addresses, Attempt, GrantedScopes, InstallContext, IntegrationProvider as _, Progress,
    PublicationContext, Returned, Secrets, Step, Token, Visit, Workspace,
};
use keyway_core::{Error, Secret};
use keyway_egress::{AllowList, Egress, EgressConfig};
use keyway_integrations::GitHub;
use keyway_testkit::github::GitHub as Vendor;
use serde_json::{Value, json};
use url::Url;

/// When everything happens.
pub(super) const NOW: &str = "2026-11-29T10:00:00Z";

/// The repository that most of it happens in.
pub(super) const WEB: &str = "acme/web";

/// A publication whose app is being installed, or is.
pub(super) struct World {
    pub(super) vendor: Vendor,
    pub(super) http: HttpClient,
    pub(super) settings: Value,
    pub(super) secrets: Secrets,
    pub(super) webhook_secret: Secret<String>,
    pub(super) workspace: Option<Workspace>,
    /// What the publication may do, and what wakes its agent.
    pub(super) scopes: GrantedScopes,
    pub(super) triggers: Value,
    addresses: Addresses,
}

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

impl World {
    /// A GitHub with `acme/web`, and an app that nobody made yet.
    pub(super) async fn new() -> Self {
        let vendor = Vendor::start(now()).await;
        vendor.repository(WEB);
        let allow = AllowList::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let egress = Egress::new(EgressConfig {
            allow,
            ..EgressConfig::default()
        });
        Self {
            settings: json!({ "apiUrl": vendor.api(), "webUrl": vendor.web() }),
            vendor,
            http: HttpClient::new(Some(Arc::new(egress)), None),
            secrets: Secrets::default(),
            webhook_secret: Secret::new("made here".to_owned()),
            workspace: None,
            scopes: usual(),
            triggers: json!({}),
            addresses: Addresses {
                webhook: "https://keyway.example/webhook/github/pub_1".to_owned(),
                callback: "https://keyway.example/install/github/callback".to_owned(),
                home: "https://keyway.example".to_owned(),
            },
        }
    }

    /// The same with an app called `keyway`, made by hand and installed on `acme`.
    pub(super) async fn installed() -> Self {
        let mut world = Self::new().await;
        let (app, key) = world.vendor.app("keyway", "acme");
        world.vendor.install(app, "acme");
        world.settings["appId"] = app.to_string().into();
        world.secrets = Secrets::default().with("privateKey", Secret::new(key.pkcs1()));
        let progress = world.connect().await.unwrap();
        assert!(matches!(progress.step, Step::Installed(_)));
        world.take(progress);
        world
    }

    pub(super) fn context(&self) -> InstallContext<'_> {
        InstallContext {
            name: "Keyway for the web team of Acme Incorporated",
            settings: &self.settings,
            secrets: &self.secrets,
            webhook_secret: &self.webhook_secret,
            workspace: self.workspace.as_ref(),
            addresses: &self.addresses,
            scopes: &self.scopes,
            triggers: &self.triggers,
            http: &self.http,
            now: now(),
        }
    }

    pub(super) fn authorize(&self) -> Result<Visit, Error> {
        let attempt = Attempt {
            state: "st/1+x",
            code_challenge: "challenge",
        };
        GitHub.authorize(&self.context(), &attempt)
    }

    pub(super) async fn connect(&self) -> Result<Progress, Error> {
        GitHub.connect(&self.context()).await
    }

    /// Comes back with a query.
    pub(super) async fn come_back(&self, query: &[(&str, &str)]) -> Result<Progress, Error> {
        let query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.come_back_with(&query.collect()).await
    }

    /// Comes back to where a browser was sent.
    pub(super) async fn come_back_to(&self, location: &str) -> Result<Progress, Error> {
        let location = Url::parse(location).unwrap();
        assert!(location.as_str().starts_with(&self.addresses.callback));
        let query: BTreeMap<_, _> = location.query_pairs().into_owned().collect();
        assert_eq!(query.get("state").map(String::as_str), Some("st/1+x"));
        self.come_back_with(&query).await
    }

    async fn come_back_with(&self, query: &BTreeMap<String, String>) -> Result<Progress, Error> {
        let code_verifier = Secret::new("verifier".to_owned());
        let returned = Returned {
            query,
            code_verifier: &code_verifier,
        };
        GitHub.returned(&self.context(), &returned).await
    }

    /// Keeps what changed, as the gateway does.
    pub(super) fn take(&mut self, progress: Progress) {
        let Progress {
            settings,
            secrets,
            webhook_secret,
            step,
        } = progress;
        self.settings = settings.unwrap_or_else(|| self.settings.clone());
        self.secrets = secrets.unwrap_or_else(|| self.secrets.clone());
        self.webhook_secret = webhook_secret.unwrap_or_else(|| self.webhook_secret.clone());
        if let Step::Installed(workspace) = step {
            self.workspace = Some(workspace);
        }
    }

    pub(super) async fn token(&self) -> Result<Token, Error> {
        GitHub.token(&self.context()).await
    }

    /// Where the vendor's installation is.
    pub(super) fn installation(&self) -> u64 {
        self.workspace.as_ref().unwrap().id.parse().unwrap()
    }

    /// What a publication with every scope acts with, for an event on an issue of `acme/web`.
    pub(super) fn publication(&self, number: u64) -> PublicationContext {
        let offer = GitHub.publication();
        let scopes = offer.scopes.iter().map(|scope| scope.name);
        PublicationContext {
            settings: Arc::new(self.settings.clone()),
            triggers: Arc::new(self.triggers.clone()),
            workspace: Arc::new(self.workspace.clone().unwrap()),
            scopes: Arc::new(GrantedScopes::of(scopes)),
            token: Secret::new(self.vendor.token(self.installation())),
            http: self.http.clone(),
            place: Some(Arc::new(place(number))),
            session: None,
            link: None,
            now: now(),
        }
    }
}

/// The scopes of a publication of which nothing is said.
fn usual() -> GrantedScopes {
    let offer = GitHub.publication();
    let usual = offer.scopes.iter().filter(|scope| scope.usual);
    GrantedScopes::of(usual.map(|scope| scope.name))
}

/// An issue of `acme/web`.
pub(super) fn place(number: u64) -> Value {
    json!({ "repository": WEB, "number": number, "kind": "issue", "at": NOW, "commentId": 1 })
}

/// Runs a tool.
pub(super) async fn run(
    context: &PublicationContext,
    tool: &str,
    input: impl Into<Value>,
) -> Result<Value, Error> {
    GitHub.execute_tool(tool, &input.into(), context).await
}

/// The code of what a tool was refused with.
pub(super) async fn refused(
    context: &PublicationContext,
    tool: &str,
    input: impl Into<Value>,
) -> String {
    let error = run(context, tool, input).await.unwrap_err();
    let said = error.to_json().to_string();
    assert!(!said.contains("s3cret"), "{said}");
    error.code().to_owned()
}
