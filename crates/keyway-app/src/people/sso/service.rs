use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::HttpSend;
use keyway_core::{Error, Kind, Role, Secret};
use keyway_oauth::jwt::JwkSet;
use keyway_oauth::oidc::{
    self, ClientAuth, Exchange, Expected, Identity, Provider, ProviderTokens, SignInStart,
};
use keyway_vault::Vault;
use parking_lot::Mutex;

use super::ask::{Ask, refused};
use super::pending::Pending;
use crate::people::{Browser, IdentitySignIn, OidcProvider, People, Profile, SignedIn};

/// How long a provider's document and keys are used before they are fetched again.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// Signing in at OpenID providers (OpenID Connect Core 1.0, code flow with PKCE). Cheap to clone.
#[derive(Clone)]
pub struct Sso {
    people: People,
    http: Arc<dyn HttpSend>,
    known: Arc<Mutex<HashMap<String, Known>>>,
}

/// A provider as the sign-in page shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProviderView {
    /// Its name in URLs: `/sso/<id>`.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// A sign-in that has begun at a provider.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// The value of a cookie that has to come back with it; works for 10 minutes.
    pub cookie: Secret<String>,
}

/// What the provider sent the browser back with.
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// `code`
    pub code: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// `iss` (RFC 9207)
    pub iss: Option<String>,
}

/// A sign-in that a provider vouched for.
#[derive(Debug)]
pub struct Completed {
    /// Who signed in.
    pub signed_in: SignedIn,
    /// What [`Sso::begin`] was given: where to go on.
    pub next: String,
}

/// What is known of a provider for a while.
#[derive(Clone)]
struct Known {
    provider: Arc<Provider>,
    keys: Arc<JwkSet>,
    at: Timestamp,
}

impl Sso {
    pub(crate) fn new(people: People, http: Arc<dyn HttpSend>) -> Self {
        Self {
            people,
            http,
            known: Arc::default(),
        }
    }

    /// The configured providers.
    pub fn providers(&self) -> Vec<ProviderView> {
        let all = self.people.parts.settings.oidc.iter();
        let view = |of: &OidcProvider| ProviderView {
            id: of.id.clone(),
            name: of.name.clone(),
        };
        all.map(view).collect()
    }

    /// Begins a sign-in. `redirect_uri` is `<public url>/sso/<provider>/callback`. `next` comes back
    /// unchanged. `provider_unavailable` when it does not answer.
    pub async fn begin(
        &self,
        provider: &str,
        redirect_uri: &str,
        next: &str,
    ) -> Result<Begun, Error> {
        let configured = self.configured(provider)?;
        let known = self.known(configured).await?;
        let parts = &self.people.parts;
        let now = parts.clock.now();
        let pending = Pending::begin(&*parts.random, now, redirect_uri, next);
        let secret = |text: &str| Secret::new(text.to_owned());
        let start = SignInStart {
            client_id: &configured.client_id,
            redirect_uri,
            scopes: &configured.scopes.join(" "),
            state: &secret(&pending.state),
            nonce: &secret(&pending.nonce),
            verifier: &secret(&pending.verifier),
        };
        Ok(Begun {
            url: start.url(&known.provider).expose().clone(),
            cookie: pending.seal(self.vault()?, &configured.id)?,
        })
    }

    /// Completes a sign-in with what the provider answered and the cookie that [`Sso::begin`] gave to
    /// the same browser.
    pub async fn complete(
        &self,
        provider: &str,
        redirect_uri: &str,
        callback: Callback,
        cookie: &str,
        browser: Browser,
    ) -> Result<Completed, Error> {
        let configured = self.configured(provider)?;
        let now = self.people.parts.clock.now();
        let callback = oidc::Callback::read(&callback.query()).map_err(refused)?;
        let state = callback.state().expose();
        let pending = Pending::open(self.vault()?, &configured.id, cookie, state, now)
            .filter(|pending| pending.redirect_uri == redirect_uri)
            .ok_or_else(lapsed)?;
        let known = self.known(configured).await?;
        let code = callback.code(&known.provider).map_err(refused)?;
        let identity = self.identify(configured, &known, &pending, &code).await?;
        let signing_in = IdentitySignIn {
            role: role(configured, &identity),
            profile: profile(configured, &identity)?,
            issuer: identity.issuer,
            subject: identity.subject,
            organization: Some(configured.organization.clone()),
            browser,
        };
        Ok(Completed {
            signed_in: self.people.sign_in_identity(signing_in).await?,
            next: pending.next,
        })
    }

    /// Exchanges the code, and checks who the ID token is about. Keys that the provider has changed
    /// are fetched again, once.
    async fn identify(
        &self,
        configured: &OidcProvider,
        known: &Known,
        pending: &Pending,
        code: &Secret<String>,
    ) -> Result<Identity, Error> {
        let verifier = Secret::new(pending.verifier.clone());
        let auth = match &configured.client_secret {
            Some(secret) => ClientAuth::Secret(secret),
            None => ClientAuth::None,
        };
        let exchange = Exchange {
            client_id: &configured.client_id,
            auth,
            redirect_uri: &pending.redirect_uri,
            code,
            verifier: &verifier,
        };
        let ask = self.ask(configured);
        let (status, body) = ask.post(&exchange.call(&known.provider)).await?;
        let mut secrets = vec![code.expose().as_str(), verifier.expose()];
        secrets.extend(
            configured
                .client_secret
                .iter()
                .map(|secret| secret.expose().as_str()),
        );
        let tokens = ProviderTokens::read(status, &body, &secrets).map_err(refused)?;
        let nonce = Secret::new(pending.nonce.clone());
        let expected = |known: &Known| {
            let expected = Expected {
                provider: &known.provider,
                keys: &known.keys,
                client_id: &configured.client_id,
                nonce: &nonce,
                groups_claim: configured.groups_claim.as_deref(),
                now: self.people.parts.clock.now(),
            };
            expected.identify(&tokens)
        };
        match expected(known) {
            Err(error) if error.wants_fresh_keys() => {
                let fresh = self.fetch(configured).await?;
                expected(&fresh).map_err(refused)
            }
            done => done.map_err(refused),
        }
    }

    async fn known(&self, configured: &OidcProvider) -> Result<Known, Error> {
        let now = self.people.parts.clock.now();
        let known = self.known.lock().get(&configured.id).cloned();
        match known {
            Some(known) if now.duration_since(known.at) < FRESH => Ok(known),
            _ => self.fetch(configured).await,
        }
    }

    async fn fetch(&self, configured: &OidcProvider) -> Result<Known, Error> {
        let ask = self.ask(configured);
        let url = oidc::discovery_url(&configured.issuer).map_err(refused)?;
        let document = ask.get(&url).await?;
        let provider = Provider::parse(&configured.issuer, &document).map_err(refused)?;
        let keys = ask.get(&provider.jwks_uri).await?;
        let keys = JwkSet::of_provider(&keys);
        let known = Known {
            keys: Arc::new(keys.map_err(|_| refused(oidc::OidcError::BadKeys))?),
            provider: Arc::new(provider),
            at: self.people.parts.clock.now(),
        };
        let kept = known.clone();
        self.known.lock().insert(configured.id.clone(), kept);
        Ok(known)
    }

    fn ask<'a>(&'a self, configured: &'a OidcProvider) -> Ask<'a> {
        Ask {
            http: &*self.http,
            issuer: &configured.issuer,
        }
    }

    fn configured(&self, id: &str) -> Result<&OidcProvider, Error> {
        let mut all = self.people.parts.settings.oidc.iter();
        all.find(|provider| provider.id == id).ok_or_else(|| {
            let message = "there is no such sign-in provider";
            Error::new(Kind::NotFound, "provider_not_found", message)
        })
    }

    fn vault(&self) -> Result<&Vault, Error> {
        let vault = self.people.parts.vault.as_ref();
        vault.ok_or_else(|| Error::internal("nothing is sealed in this process"))
    }
}

impl Callback {
    /// The query it was read from, as far as it matters.
    fn query(&self) -> String {
        let all = [
            ("code", &self.code),
            ("state", &self.state),
            ("error", &self.error),
            ("iss", &self.iss),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in all {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// The highest role that the person's groups give.
fn role(configured: &OidcProvider, identity: &Identity) -> Option<Role> {
    let given = configured
        .roles
        .iter()
        .filter(|rule| identity.groups.contains(&rule.group));
    given.map(|rule| rule.role).max()
}

/// What the provider says about the person, if it may say it.
fn profile(configured: &OidcProvider, identity: &Identity) -> Result<Profile, Error> {
    let verified = identity.verified_email();
    let domain = verified.and_then(|email| email.rsplit_once('@'));
    let allowed = |domain: &str| {
        let mut all = configured.allowed_domains.iter();
        all.any(|one| one.eq_ignore_ascii_case(domain))
    };
    if !configured.allowed_domains.is_empty() && !domain.is_some_and(|(_, of)| allowed(of)) {
        return Err(Error::new(
            Kind::Forbidden,
            "domain_not_allowed",
            "this provider lets in people of certain e-mail domains only",
        ));
    }
    Ok(Profile {
        name: identity.name.clone(),
        email: verified.map(str::to_owned),
        email_verified: verified.is_some(),
    })
}

fn lapsed() -> Error {
    Error::new(
        Kind::Malformed,
        "sign_in_lapsed",
        "this sign-in was not begun in this browser, or took too long",
    )
    .with_hint("begin again")
}

impl std::fmt::Debug for Sso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sso").finish_non_exhaustive()
    }
}
