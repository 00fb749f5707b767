//! A provider written against a tracker of the testkit: by OAuth, or with a key that is typed in.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use keyway_core::ports::{BoxFuture, Random};
use keyway_core::provider::{
    Attempt, Claim, Granularity, InstallContext, InstallField, InstallKind, InstallationChange,
    IntegrationProvider, Progress, ProviderContext, PublicationOffer, PublicationScope, Refused,
    Returned, SessionDispatch, Step, Token, Visit, WebhookEvent, WebhookOutcome, WebhookRequest,
    Workspace, sign,
};
use keyway_core::{Error, Kind, Secret};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

const SCOPES: &[PublicationScope] = &[
    PublicationScope {
        name: "issue.read",
        description: "read issues",
        usual: true,
    },
    PublicationScope {
        name: "issue.delete",
        description: "delete issues",
        usual: false,
    },
];
const OFFER: PublicationOffer =
    PublicationOffer::of(&[Granularity::PerEvent], Granularity::PerEvent).with_scopes(SCOPES);

const BY_OAUTH: &[InstallField] = &[
    InstallField {
        name: "clientId",
        title: "Client ID",
        help: "In the app's settings",
        secret: false,
        required: true,
    },
    InstallField {
        name: "clientSecret",
        title: "Client secret",
        help: "Below the client ID",
        secret: true,
        required: true,
    },
];
const BY_KEY: &[InstallField] = &[
    InstallField {
        name: "apiKey",
        title: "API key",
        help: "",
        secret: true,
        required: true,
    },
    InstallField {
        name: "site",
        title: "Site",
        help: "Where the tracker is, if it is one of your own",
        secret: false,
        required: false,
    },
];

pub(super) struct TrackerProvider {
    pub(super) id: &'static str,
    pub(super) kind: InstallKind,
    /// Where the tracker is.
    pub(super) url: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Secret<String>,
    refresh_token: Secret<String>,
    expires_in: i64,
    workspace: There,
}

#[derive(Deserialize)]
struct There {
    id: String,
    name: String,
}

impl TrackerProvider {
    async fn ask(
        &self,
        context: &InstallContext<'_>,
        pairs: &[(&str, &str)],
    ) -> Result<Tokens, Error> {
        let id = context.settings["clientId"].as_str().unwrap_or_default();
        let secret = context.secrets.get("clientSecret").unwrap().expose();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", id), ("client_secret", secret)])
            .extend_pairs(pairs)
            .finish();
        let request = context.http.post(format!("{}/token", self.url));
        let answer = request
            .body("application/x-www-form-urlencoded", form)
            .send()
            .await?;
        match answer.status().as_u16() {
            200 => answer.json().await,
            400 => Err(Error::new(
                Kind::Conflict,
                "installation_revoked",
                "the tracker knows this no more",
            )),
            _ => Err(Error::new(
                Kind::BadGateway,
                "vendor_failed",
                "the tracker failed",
            )),
        }
    }
}

impl IntegrationProvider for TrackerProvider {
    fn id(&self) -> &'static str {
        self.id
    }

    fn display_name(&self) -> &'static str {
        "Tracker"
    }

    fn install(&self) -> InstallKind {
        self.kind
    }

    fn publication(&self) -> PublicationOffer {
        OFFER
    }

    fn new_secret(&self, _: &Value, random: &dyn Random) -> Secret<String> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Secret::new(sign::base64(&bytes))
    }

    fn check(&self, context: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
        let id = &context.settings["clientId"];
        if id.is_null() || id.as_str().is_some_and(|id| !id.contains(' ')) {
            return Ok(());
        }
        Err(Error::invalid_at(
            "/settings/clientId",
            "an id without spaces",
        ))
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        let signature = request.header("x-sign").and_then(sign::unhex);
        let signature = signature.ok_or(Refused::Unsigned)?;
        let key = context.secret.expose().as_bytes();
        let good = sign::Algorithm::Sha256.verifies(key, &[request.body], &signature);
        good.then_some(()).ok_or(Refused::Signature)
    }

    fn headers(&self, _: &ProviderContext<'_>) -> Vec<String> {
        Vec::new()
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
        let key = sign::digest(request.body);
        let there = context.workspace.map(|workspace| workspace.id.as_str());
        if there.is_some() && body["workspace"].as_str() != there {
            return WebhookOutcome::Ignored {
                dedupe_key: key,
                rule: "other_workspace".to_owned(),
            };
        }
        if body["revoked"] == true {
            return WebhookOutcome::Changed {
                dedupe_key: key,
                rule: "revoked",
                change: InstallationChange::Revoked,
            };
        }
        WebhookOutcome::Accepted(WebhookEvent::new(key, "hello"))
    }

    fn claim(&self, request: &WebhookRequest<'_>) -> Option<Claim> {
        let body: Value = serde_json::from_slice(request.body).ok()?;
        let claim = Claim::of(body["workspace"].as_str()?);
        Some(match body["app"].as_str() {
            Some(app) => claim.app(app),
            None => claim,
        })
    }

    fn explain(&self, rule: &str) -> String {
        rule.to_owned()
    }

    fn dispatch(&self, event: &WebhookEvent, _: Granularity) -> Option<SessionDispatch> {
        Some(event.alone())
    }

    fn install_fields(&self) -> &'static [InstallField] {
        match self.kind {
            InstallKind::Credentials => BY_KEY,
            _ => BY_OAUTH,
        }
    }

    fn authorize(
        &self,
        context: &InstallContext<'_>,
        attempt: &Attempt<'_>,
    ) -> Result<Visit, Error> {
        let id = context.settings["clientId"].as_str();
        let id = id.ok_or_else(|| Error::invalid_at("/settings/clientId", "the app's id"))?;
        let mut url = Url::parse(&format!("{}/authorize", self.url)).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", id)
            .append_pair("redirect_uri", &context.addresses.callback)
            .append_pair("state", attempt.state)
            .append_pair("code_challenge", attempt.code_challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(Visit::Redirect(url.to_string()))
    }

    fn returned<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
        returned: &'a Returned<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(async move {
            let query: &BTreeMap<_, _> = returned.query;
            let pairs = [
                ("grant_type", "authorization_code"),
                ("code", query.get("code").map_or("", String::as_str)),
                ("code_verifier", returned.code_verifier.expose()),
                ("redirect_uri", &context.addresses.callback),
            ];
            let tokens = self.ask(context, &pairs).await?;
            let secrets = context.secrets.clone();
            Ok(Progress {
                secrets: Some(secrets.with("refreshToken", tokens.refresh_token)),
                ..Progress::to(Step::Installed(Workspace::new(
                    tokens.workspace.id,
                    tokens.workspace.name,
                )))
            })
        })
    }

    fn connect<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(async move {
            let wrong = || Error::invalid_at("/secrets/apiKey", "a key that the tracker takes");
            let key = context.secrets.get("apiKey").ok_or_else(wrong)?;
            let site = context.settings["site"].as_str().unwrap_or(&self.url);
            let asked = context.http.get(format!("{site}/me")).bearer(key);
            let answer = asked.send().await?;
            if answer.status().as_u16() == 401 {
                return Err(wrong());
            }
            let there: There = answer.ok()?.json().await?;
            let there = Workspace::new(there.id, there.name);
            Ok(Progress::to(Step::Installed(there)))
        })
    }

    fn token<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            if self.kind == InstallKind::Credentials {
                return Ok(Token {
                    value: context.secrets.get("apiKey").unwrap().clone(),
                    expires_at: None,
                    secrets: None,
                });
            }
            let refresh = context.secrets.get("refreshToken").unwrap();
            let pairs = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.expose()),
            ];
            let tokens = self.ask(context, &pairs).await?;
            let lasts = SignedDuration::from_secs(tokens.expires_in);
            let secrets = context.secrets.clone();
            Ok(Token {
                value: tokens.access_token,
                expires_at: context.now.checked_add(lasts).ok(),
                secrets: Some(secrets.with("refreshToken", tokens.refresh_token)),
            })
        })
    }

    fn revoke<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Some(refresh) = context.secrets.get("refreshToken") else {
                return Ok(());
            };
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("token", refresh.expose())
                .finish();
            let request = context.http.post(format!("{}/revoke", self.url));
            let sent = request.body("application/x-www-form-urlencoded", form);
            sent.send().await?.ok().map(drop)
        })
    }
}
