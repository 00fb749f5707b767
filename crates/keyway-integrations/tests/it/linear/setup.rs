use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::client::HttpClient;
use keyway_core::provider::{
    Addresses, Attempt, GrantedScopes, InstallContext, IntegrationProvider as _, Progress,
    PublicationContext, Returned, Secrets, Step, Visit, Workspace,
};
use keyway_core::{Error, Secret};
use keyway_egress::{AllowList, Egress, EgressConfig};
use keyway_integrations::Linear;
use keyway_testkit::authorization::browse;
use keyway_testkit::linear::Linear as Vendor;
use serde_json::{Value, json};
use url::Url;

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An installation as the gateway keeps it.
pub(super) struct Kept {
    pub(super) vendor: Vendor,
    pub(super) settings: Value,
    pub(super) secrets: Secrets,
    pub(super) webhook_secret: Secret<String>,
    pub(super) workspace: Option<Workspace>,
    pub(super) addresses: Addresses,
    pub(super) scopes: GrantedScopes,
    pub(super) triggers: Value,
    pub(super) http: HttpClient,
    pub(super) now: Timestamp,
}

impl Kept {
    /// One with an app's client typed in.
    pub(super) async fn app() -> Self {
        let vendor = Vendor::start().await;
        let secrets = Secrets::default()
            .with("clientSecret", secret(Vendor::CLIENT_SECRET))
            .with("webhookSecret", secret(Vendor::WEBHOOK_SECRET));
        let settings = json!({
            "clientId": Vendor::CLIENT_ID, "apiUrl": vendor.url(), "webUrl": vendor.url()
        });
        Self::with(vendor, settings, secrets)
    }

    /// One with a personal key typed in.
    pub(super) async fn key(key: &str) -> Self {
        let vendor = Vendor::start().await;
        let secrets = Secrets::default()
            .with("apiKey", secret(key))
            .with("webhookSecret", secret(Vendor::WEBHOOK_SECRET));
        let settings = json!({ "apiUrl": vendor.url(), "webUrl": vendor.url() });
        Self::with(vendor, settings, secrets)
    }

    /// An app that is installed.
    pub(super) async fn installed() -> Self {
        let mut kept = Self::app().await;
        let progress = kept.consent().await.unwrap();
        kept.take(progress);
        kept
    }

    fn with(vendor: Vendor, settings: Value, secrets: Secrets) -> Self {
        let allow = AllowList::new(vec!["localhost".parse().unwrap()]);
        let config = EgressConfig {
            allow,
            ..EgressConfig::default()
        };
        Self {
            vendor,
            settings,
            secrets,
            webhook_secret: secret("made here, until Linear's own is known"),
            workspace: None,
            addresses: Addresses {
                webhook: "https://keyway.example/webhook/linear/pub_1".into(),
                callback: "https://keyway.example/install/linear/callback".into(),
                home: "https://keyway.example".into(),
            },
            scopes: GrantedScopes::default(),
            triggers: json!({}),
            http: HttpClient::new(Some(Arc::new(Egress::new(config))), None),
            now: Timestamp::now(),
        }
    }

    pub(super) fn context(&self) -> InstallContext<'_> {
        InstallContext {
            name: "Plumber",
            settings: &self.settings,
            secrets: &self.secrets,
            webhook_secret: &self.webhook_secret,
            workspace: self.workspace.as_ref(),
            addresses: &self.addresses,
            scopes: &self.scopes,
            triggers: &self.triggers,
            http: &self.http,
            now: self.now,
        }
    }

    /// Where the browser goes.
    pub(super) fn visit(&self) -> Result<String, Error> {
        let attempt = Attempt {
            state: "state-1",
            code_challenge: CHALLENGE,
        };
        match Linear.authorize(&self.context(), &attempt)? {
            Visit::Redirect(url) => Ok(url),
            other @ Visit::Post { .. } => panic!("{other:?}"),
        }
    }

    /// What the browser brings back from there.
    pub(super) async fn brought(&self) -> BTreeMap<String, String> {
        let back = browse(&self.visit().unwrap()).await.unwrap();
        assert!(back.starts_with(&self.addresses.callback), "{back}");
        let query: BTreeMap<_, _> = Url::parse(&back)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
        assert_eq!(query["state"], "state-1");
        query
    }

    pub(super) async fn returned(
        &self,
        query: &BTreeMap<String, String>,
    ) -> Result<Progress, Error> {
        let verifier = secret(VERIFIER);
        let returned = Returned {
            query,
            code_verifier: &verifier,
        };
        Linear.returned(&self.context(), &returned).await
    }

    /// Somebody consents in a browser.
    pub(super) async fn consent(&self) -> Result<Progress, Error> {
        self.returned(&self.brought().await).await
    }

    /// Keeps what changed, as the gateway does.
    pub(super) fn take(&mut self, progress: Progress) {
        if let Some(settings) = progress.settings {
            self.settings = settings;
        }
        if let Some(secrets) = progress.secrets {
            self.secrets = secrets;
        }
        if let Some(secret) = progress.webhook_secret {
            self.webhook_secret = secret;
        }
        match progress.step {
            Step::Installed(workspace) => self.workspace = Some(workspace),
            other => panic!("{other:?}"),
        }
    }

    /// Acts for a publication with these triggers and every scope.
    pub(super) async fn publication(&self, triggers: Value) -> PublicationContext {
        let all = Linear.publication().scopes.iter().map(|scope| scope.name);
        self.publication_with(triggers, GrantedScopes::of(all))
            .await
    }

    pub(super) async fn publication_with(
        &self,
        triggers: Value,
        scopes: GrantedScopes,
    ) -> PublicationContext {
        let token = Linear.token(&self.context()).await.unwrap();
        PublicationContext {
            settings: Arc::new(self.settings.clone()),
            triggers: Arc::new(triggers),
            workspace: Arc::new(self.workspace.clone().unwrap()),
            scopes: Arc::new(scopes),
            token: token.value,
            http: self.http.clone(),
            place: None,
            session: None,
            link: None,
            now: self.now,
        }
    }
}

pub(super) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// Runs a tool.
pub(super) async fn call(
    context: &PublicationContext,
    tool: &str,
    input: Value,
) -> Result<Value, Error> {
    Linear.execute_tool(tool, &input, context).await
}

/// A failure, by its code. It repeats nothing that is secret.
pub(super) fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    let error = outcome.unwrap_err();
    let shown = format!("{error:?} {}", error.to_json());
    for secret in ["canary", "lin_oauth", "lin_refresh"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    error.code().to_owned()
}

/// The last request of GraphQL: its document and variables.
pub(super) fn asked(vendor: &Vendor) -> (String, Value) {
    let received = vendor.received();
    let last = received
        .iter()
        .rev()
        .find(|it| it.line == "POST /graphql")
        .unwrap();
    (
        last.body["query"].as_str().unwrap().to_owned(),
        last.body["variables"].clone(),
    )
}

/// How many requests changed something.
pub(super) fn writes(vendor: &Vendor) -> usize {
    let writes = |it: &&keyway_testkit::linear::Received| {
        it.body["query"]
            .as_str()
            .is_some_and(|query| query.starts_with("mutation"))
    };
    vendor.received().iter().filter(writes).count()
}
