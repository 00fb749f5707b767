use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::credential::Quirks;
use serde::Deserialize;
use url::Url;

use crate::OAuthError;
use crate::address::host_of;
use crate::identity::Proof;
use crate::provider::ProviderError;
use crate::wire::{Answer, Wire};

/// The longest lifetime that is believed.
const LONGEST: f64 = 10.0 * 365.0 * 86_400.0;

/// What the token endpoint gives (RFC 6749 section 5.1).
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Secret<String>,
    pub(crate) refresh: Option<Secret<String>>,
    pub(crate) expires_in: Option<Duration>,
    /// The scopes, where they are named; else they are those that were asked for.
    pub(crate) scopes: Option<Vec<String>>,
}

impl Tokens {
    /// Asks the token endpoint.
    pub(crate) async fn request(
        wire: &Wire<'_>,
        endpoint: &Url,
        form: &[(&'static str, &str)],
        proof: Proof<'_>,
        quirks: &Quirks,
    ) -> Result<Self, OAuthError> {
        let all: Vec<_> = form.iter().copied().chain(proof.fields).collect();
        let answer = wire
            .post_form("the token endpoint", endpoint, &all, proof.authorization)
            .await?;
        let secrets: Vec<&str> = all
            .iter()
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| *value)
            .collect();
        Self::read(endpoint, &answer, &secrets, quirks)
    }

    /// How long the access token says it holds, if it is a JWT with `exp` (RFC 9068). Only a hint:
    /// nothing is decided on it but when to renew.
    pub(crate) fn lifetime_inside(&self, now: Timestamp) -> Option<Duration> {
        #[derive(Deserialize)]
        struct Claims {
            exp: f64,
        }
        let mut parts = self.access.expose().split('.');
        let claims = parts.nth(1)?;
        let (signature, rest) = (parts.next(), parts.next());
        if signature.is_none() || rest.is_some() {
            return None;
        }
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: Claims = serde_json::from_slice(&claims).ok()?;
        lifetime(claims.exp - now.as_duration().as_secs_f64())
    }

    fn read(
        endpoint: &Url,
        answer: &Answer,
        secrets: &[&str],
        quirks: &Quirks,
    ) -> Result<Self, OAuthError> {
        let bad = |reason: String| OAuthError::BadAnswer {
            host: host_of(endpoint),
            reason,
        };
        // Some servers answer errors with 200.
        if let Some(error) = ProviderError::from_json(&answer.body, secrets) {
            return Err(match error.error() {
                "invalid_client" => OAuthError::ClientRefused(error),
                "temporarily_unavailable" | "server_error" | "slow_down" => {
                    OAuthError::Unreachable {
                        host: host_of(endpoint),
                        reason: error.to_string(),
                    }
                }
                _ => OAuthError::TokenRefused(error),
            });
        }
        if !answer.status.is_success() {
            return Err(bad(format!(
                "status {} without an OAuth error",
                answer.status.as_u16()
            )));
        }
        let wired = Wired::read(&answer.body, quirks)
            .ok_or_else(|| bad(String::from("it holds no access token")))?;
        let access = Secret::new(wired.access_token);
        if access.expose().is_empty() || HeaderValue::from_str(access.expose()).is_err() {
            return Err(bad(String::from("its access token cannot be sent")));
        }
        if wired
            .token_type
            .is_some_and(|kind| !is_bearer(&kind, quirks))
        {
            return Err(bad(String::from("its access token is no bearer token")));
        }
        let refresh = wired.refresh_token.filter(|token| !token.is_empty());
        Ok(Self {
            access,
            refresh: refresh.map(Secret::new),
            expires_in: wired
                .expires_in
                .and_then(Seconds::lifetime)
                .or(quirks.lifetime),
            scopes: wired
                .scope
                .map(|scope| crate::scopes::read_apart(&scope, quirks.scope_separator))
                .filter(|scopes| !scopes.is_empty()),
        })
    }
}

#[derive(Deserialize)]
struct Wired {
    access_token: String,
    refresh_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<Seconds>,
    scope: Option<String>,
}

impl Wired {
    /// The answer, or the object in it that the server puts its token into.
    fn read(body: &[u8], quirks: &Quirks) -> Option<Self> {
        let Some(pointer) = &quirks.token_at else {
            return serde_json::from_slice(body).ok();
        };
        let mut whole: serde_json::Value = serde_json::from_slice(body).ok()?;
        serde_json::from_value(whole.pointer_mut(pointer)?.take()).ok()
    }
}

fn is_bearer(kind: &str, quirks: &Quirks) -> bool {
    let also = |known: &String| known.eq_ignore_ascii_case(kind);
    kind.eq_ignore_ascii_case("bearer") || quirks.token_types.iter().any(also)
}

/// Seconds as servers write them: as a number, or as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Seconds {
    fn lifetime(self) -> Option<Duration> {
        match self {
            Self::Number(seconds) => lifetime(seconds),
            Self::Text(text) => lifetime(text.trim().parse().ok()?),
            Self::Other(_) => None,
        }
    }
}

/// A lifetime that makes sense.
fn lifetime(seconds: f64) -> Option<Duration> {
    (seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST)))
}

fn is_secret(name: &str) -> bool {
    matches!(
        name,
        "code" | "code_verifier" | "refresh_token" | "client_secret" | "token"
    )
}

#[cfg(test)]
mod tests;
