use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::Timestamp;
use keyway_core::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::address::host_of;
use crate::client::ClientSettings;
use crate::discovery::Server;
use crate::identity::{AuthMethod, Identity, Origin};
use crate::provider::ProviderError;
use crate::record;
use crate::wire::Wire;
use crate::{OAuthError, Safe, SafeError};

/// A registration this old that a sign-in was begun with, but not completed, may have lapsed: most
/// authorization servers say so to the browser only.
const DOUBTED_AFTER: Duration = Duration::from_mins(10);

/// A client that was registered dynamically at one issuer for one redirect URI.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Registration {
    issuer: String,
    redirect_uri: String,
    client: Identity,
    registered_at: Timestamp,
    /// `client_secret_expires_at`
    secret_expires_at: Option<Timestamp>,
    /// True while a sign-in that was begun with it is not completed.
    #[serde(default)]
    open: bool,
}

/// What is to be registered, and where.
pub(crate) struct Wish<'a> {
    pub(crate) settings: &'a ClientSettings,
    pub(crate) server: &'a Server,
    pub(crate) scopes: &'a [String],
    pub(crate) now: Timestamp,
}

impl Registration {
    fn is_doubted(&self, now: Timestamp) -> bool {
        self.open && now.duration_since(self.registered_at).unsigned_abs() > DOUBTED_AFTER
    }
}

/// Which registration: bound to the issuer, the redirect URI, and whose tokens it is for.
pub(crate) struct Slot<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) profile: &'a str,
}

impl Slot<'_> {
    /// The record's name.
    fn name(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.issuer, self.redirect_uri, self.profile] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digest = URL_SAFE_NO_PAD.encode(hash.finalize());
        format!("client:{}", digest.get(..22).unwrap_or(&digest))
    }

    /// The client that is registered here, or a newly registered one.
    pub(crate) async fn client(
        &self,
        safe: &dyn Safe,
        wire: &Wire<'_>,
        wish: &Wish<'_>,
    ) -> Result<Identity, OAuthError> {
        let name = self.name();
        let _lock = safe.lock(&name).await?;
        let kept = record::read::<Registration>(safe, &name).await?;
        let kept = kept.filter(|kept| self.holds(kept, wish.now));
        let registered = match kept {
            Some(kept) if !kept.is_doubted(wish.now) => kept,
            // A server that registers nobody just now may still know the old one.
            Some(kept) => match self.register(wire, wish).await {
                Err(
                    OAuthError::Unreachable { .. }
                    | OAuthError::RegistrationRefused(_)
                    | OAuthError::NoAuthorizationServer(_),
                ) => kept,
                registered => registered?,
            },
            None => self.register(wire, wish).await?,
        };
        let registered = Registration {
            open: true,
            ..registered
        };
        record::write(safe, &name, &registered).await?;
        Ok(registered.client)
    }

    /// A sign-in with the client was completed: the server knows it.
    pub(crate) async fn confirm(&self, safe: &dyn Safe, id: &str) -> Result<(), SafeError> {
        let name = self.name();
        let _lock = safe.lock(&name).await?;
        match record::read::<Registration>(safe, &name).await? {
            Some(mut kept) if kept.open && kept.client.id == id => {
                kept.open = false;
                record::write(safe, &name, &kept).await
            }
            _ => Ok(()),
        }
    }

    /// Forgets the registration of a client that the server refused.
    pub(crate) async fn drop_client(&self, safe: &dyn Safe, id: &str) -> Result<(), SafeError> {
        let name = self.name();
        let _lock = safe.lock(&name).await?;
        match record::read::<Registration>(safe, &name).await? {
            Some(kept) if kept.client.id == id => safe.remove(&name).await.map(|_| ()),
            _ => Ok(()),
        }
    }

    fn holds(&self, kept: &Registration, now: Timestamp) -> bool {
        let expired = kept.secret_expires_at.is_some_and(|at| at <= now);
        kept.issuer == self.issuer && kept.redirect_uri == self.redirect_uri && !expired
    }

    async fn register(&self, wire: &Wire<'_>, wish: &Wish<'_>) -> Result<Registration, OAuthError> {
        let (settings, server) = (wish.settings, wish.server);
        let needed = || OAuthError::ClientIdNeeded(server.issuer.clone());
        let endpoint = server.registration_endpoint.as_ref().ok_or_else(needed)?;
        let supported = server.auth_methods.as_deref();
        let method = AuthMethod::to_register(supported);
        let mut document = json!({
            "client_name": settings.client_name,
            "redirect_uris": [self.redirect_uri],
            "application_type": application_type(self.redirect_uri),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": method,
        });
        if let Some(fields) = document.as_object_mut() {
            let uri = settings.client_uri.as_ref();
            fields.extend(uri.map(|uri| (String::from("client_uri"), json!(uri))));
            // Some servers grant a client only what it was registered with.
            let scope = (!wish.scopes.is_empty()).then(|| json!(wish.scopes.join(" ")));
            fields.extend(scope.map(|scope| (String::from("scope"), scope)));
        }
        let answer = wire
            .post_json("the registration endpoint", endpoint, &document)
            .await?;
        if !answer.status.is_success() {
            let nowhere = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
            let says = ProviderError::from_json(&answer.body, &[]);
            if server.assumed && (says.is_none() || nowhere.contains(&answer.status)) {
                return Err(OAuthError::NoAuthorizationServer(server.issuer.clone()));
            }
            let error = ProviderError::read(answer.status, &answer.body, &[]);
            return Err(OAuthError::RegistrationRefused(error));
        }
        let wired = Wired::read(endpoint, &answer.body)?;
        let secret = wired.client_secret.filter(|secret| !secret.is_empty());
        let method = match (wired.token_endpoint_auth_method.as_deref(), &secret) {
            (_, None) | (Some("none"), _) => AuthMethod::None,
            (Some("client_secret_post"), Some(_)) => AuthMethod::Post,
            (Some("client_secret_basic"), Some(_)) => AuthMethod::Basic,
            // A secret that nobody asked for, or a method that is none of ours.
            (_, Some(_)) => AuthMethod::with_secret(supported),
        };
        Ok(Registration {
            issuer: self.issuer.to_owned(),
            redirect_uri: self.redirect_uri.to_owned(),
            client: Identity {
                id: wired.client_id,
                secret: secret.map(Secret::new),
                method,
                origin: Origin::Registered,
            },
            registered_at: wish.now,
            secret_expires_at: wired
                .client_secret_expires_at
                .filter(|seconds| *seconds > 0)
                .and_then(|seconds| Timestamp::from_second(seconds).ok()),
            open: false,
        })
    }
}

/// `web` for a gateway that people come back to over https, `native` for a person's own machine
/// (`OpenID` Connect Dynamic Client Registration section 2).
fn application_type(redirect_uri: &str) -> &'static str {
    if redirect_uri.starts_with("https://") {
        "web"
    } else {
        "native"
    }
}

/// The answer to a registration (RFC 7591 section 3.2.1).
#[derive(Deserialize)]
struct Wired {
    client_id: String,
    client_secret: Option<String>,
    client_secret_expires_at: Option<i64>,
    token_endpoint_auth_method: Option<String>,
}

impl Wired {
    fn read(endpoint: &Url, body: &[u8]) -> Result<Self, OAuthError> {
        let bad = || OAuthError::BadAnswer {
            host: host_of(endpoint),
            reason: String::from("it registered a client without a usable client_id"),
        };
        let wired: Self = serde_json::from_slice(body).map_err(|_| bad())?;
        // RFC 6749, appendix A.1; it is shown to people.
        let is_plain = wired.client_id.bytes().all(|b| matches!(b, 0x20..=0x7e));
        if wired.client_id.is_empty() || !is_plain {
            return Err(bad());
        }
        Ok(wired)
    }
}
