//! Slack, against a workspace of the testkit.

mod event;
mod install;
mod misbehaving;
mod reply;
mod tables;
mod token;
mod tools;
mod who;

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
use keyway_integrations::Slack;
use keyway_testkit::authorization::browse;
use keyway_testkit::slack::Slack as Vendor;
use serde_json::{Value, json};
use url::Url;

const EVERY_SCOPE: [&str; 8] = [
    "message.post",
    "message.update",
    "reaction.add",
    "thread.read",
    "channel.read",
    "user.read",
    "file.upload",
    "dm.open",
];

/// A workspace, and an installation of the gateway in it.
struct World {
    vendor: Vendor,
    http: HttpClient,
    settings: Value,
    secrets: Secrets,
    webhook_secret: Secret<String>,
    workspace: Option<Workspace>,
    addresses: Addresses,
    scopes: GrantedScopes,
    triggers: Value,
    now: Timestamp,
}

impl World {
    /// A workspace that knows the app, which is not installed.
    async fn start() -> Self {
        let vendor = Vendor::start().await;
        let rule = "localhost".parse().unwrap();
        let egress = Egress::new(EgressConfig {
            allow: AllowList::new(vec![rule]),
            ..EgressConfig::default()
        });
        let secret = |text: &str| Secret::new(text.to_owned());
        let secrets = Secrets::default()
            .with("clientSecret", secret(Vendor::CLIENT_SECRET))
            .with("signingSecret", secret(Vendor::SIGNING_SECRET));
        Self {
            settings: vendor.settings(),
            vendor,
            http: HttpClient::new(Some(Arc::new(egress)), None),
            secrets,
            webhook_secret: secret("nobody knows it"),
            workspace: None,
            addresses: Addresses {
                webhook: "https://keyway.example/webhook/slack/pub_1".into(),
                callback: "https://keyway.example/install/slack/callback".into(),
                home: "https://keyway.example".into(),
            },
            scopes: GrantedScopes::of(EVERY_SCOPE),
            triggers: json!({}),
            now: Timestamp::from_second(1_800_000_000).unwrap(),
        }
    }

    /// The same, installed.
    async fn installed() -> Self {
        let mut world = Self::start().await;
        let progress = world.consent().await.unwrap();
        world.take(progress);
        world
    }

    fn context(&self) -> InstallContext<'_> {
        InstallContext {
            name: "Keeper",
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

    /// Where a browser goes.
    fn visit(&self) -> Result<String, Error> {
        let attempt = Attempt {
            state: "state-1",
            code_challenge: "challenge-1",
        };
        match Slack.authorize(&self.context(), &attempt)? {
            Visit::Redirect(url) => Ok(url),
            Visit::Post { .. } => unreachable!("a form"),
        }
    }

    /// What an administrator does, who agrees.
    async fn consent(&self) -> Result<Progress, Error> {
        let back = browse(&self.visit()?).await.unwrap();
        let back = Url::parse(&back).unwrap();
        let query: BTreeMap<String, String> = back.query_pairs().into_owned().collect();
        assert_eq!(query.get("state").map(String::as_str), Some("state-1"));
        self.back(&query).await
    }

    async fn back(&self, query: &BTreeMap<String, String>) -> Result<Progress, Error> {
        let verifier = Secret::new("verifier-1".to_owned());
        let returned = Returned {
            query,
            code_verifier: &verifier,
        };
        Slack.returned(&self.context(), &returned).await
    }

    /// Keeps what an installation came to.
    fn take(&mut self, progress: Progress) {
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
            other => unreachable!("{other:?}"),
        }
    }

    /// What a publication with every scope acts with, asked at a place.
    async fn acting(&self, triggers: Value, place: Value) -> PublicationContext {
        let token = Slack.token(&self.context()).await.unwrap();
        PublicationContext {
            settings: Arc::new(self.settings.clone()),
            triggers: Arc::new(triggers),
            workspace: Arc::new(self.workspace.clone().unwrap()),
            scopes: Arc::new(GrantedScopes::of(EVERY_SCOPE)),
            token: token.value,
            http: self.http.clone(),
            place: (!place.is_null()).then(|| Arc::new(place)),
            session: None,
            link: None,
            now: self.now,
        }
    }
}

/// The place of a message that mentioned the agent in a channel.
fn place(channel: &str, ts: &str, thread: &str) -> Value {
    json!({ "channel": channel, "ts": ts, "threadTs": thread, "user": "U0ADA", "direct": false })
}

/// No error repeats a token, a secret or a text.
fn is_safe(error: &Error) {
    let shown = format!("{error:?} {}", error.to_json());
    for secret in [
        "xox",
        Vendor::CLIENT_SECRET,
        Vendor::SIGNING_SECRET,
        "canary",
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
