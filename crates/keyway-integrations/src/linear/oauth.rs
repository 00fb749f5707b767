use std::time::Duration;

use http::header::AUTHORIZATION;
use jiff::{SignedDuration, Timestamp};
use keyway_core::client::Request;
use keyway_core::provider::{InstallContext, Secrets};
use keyway_core::{Error, Kind, Secret};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::errors;
use super::settings::Settings;

/// The names of what is kept sealed.
pub(super) const CLIENT_SECRET: &str = "clientSecret";
pub(super) const WEBHOOK_SECRET: &str = "webhookSecret";
pub(super) const API_KEY: &str = "apiKey";
pub(super) const ACCESS: &str = "accessToken";
pub(super) const REFRESH: &str = "refreshToken";
pub(super) const EXPIRES: &str = "expiresAt";

/// How long a token has to be good for to be used.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// How long Linear may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The client that an app proves itself with.
pub(super) struct Client<'a> {
    pub(super) settings: Settings,
    pub(super) id: String,
    secret: &'a Secret<String>,
    context: &'a InstallContext<'a>,
}

/// What an installation has been granted.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) access: Secret<String>,
    refresh: Option<Secret<String>>,
    expires_at: Option<Timestamp>,
    pub(super) scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    /// A text with spaces or commas between, or a list.
    scope: Option<Value>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl<'a> Client<'a> {
    /// The client as far as it was typed in.
    ///
    /// # Errors
    ///
    /// `invalid_input` with what is missing.
    pub(super) fn of(context: &'a InstallContext<'a>) -> Result<Self, Error> {
        let settings = Settings::read(context.settings)?;
        let id = settings.client_id.clone();
        let id = id.ok_or_else(|| Error::invalid_at("/settings/clientId", "the client ID"))?;
        let secret = context.secrets.get(CLIENT_SECRET);
        let secret = secret
            .ok_or_else(|| Error::invalid_at("/secrets/clientSecret", "the client secret"))?;
        Ok(Self {
            settings,
            id,
            secret,
            context,
        })
    }

    /// Exchanges a code (<https://linear.app/developers/oauth-2-0-authentication>).
    pub(super) async fn exchange(
        &self,
        code: &str,
        verifier: &Secret<String>,
    ) -> Result<Grant, Error> {
        let asked = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.context.addresses.callback),
            ("code_verifier", verifier.expose()),
        ];
        self.ask(&asked).await.map_err(|refused| match refused {
            // The code was used, or is of another callback.
            Refused::Grant => Error::new(
                Kind::Conflict,
                "install_refused",
                "Linear does not take the code that the browser brought back",
            )
            .with_hint("begin the install again"),
            Refused::Otherwise(error) => error,
        })
    }

    /// Gets a new token, and a new refresh token with it. Linear still takes the old one for 30 minutes, so
    /// that an answer that got lost is no end.
    pub(super) async fn refresh(&self) -> Result<Grant, Error> {
        let refresh = self
            .context
            .secrets
            .get(REFRESH)
            .ok_or_else(errors::revoked)?;
        let asked = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose().as_str()),
        ];
        let mut grant = self.ask(&asked).await.map_err(|refused| match refused {
            Refused::Grant => errors::revoked(),
            Refused::Otherwise(error) => error,
        })?;
        // One that is not told anew stays.
        grant.refresh = grant.refresh.or_else(|| Some(refresh.clone()));
        Ok(grant)
    }

    async fn ask(&self, pairs: &[(&str, &str)]) -> Result<Grant, Refused> {
        let own = [
            ("client_id", self.id.as_str()),
            ("client_secret", self.secret.expose()),
        ];
        let request = self.context.http.post(self.settings.api("/oauth/token"));
        let request = form(request, pairs.iter().chain(&own));
        let response = request.send().await.map_err(errors::unreached)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.map_err(errors::unreached)?;
        match status {
            200..=299 => {}
            429 => return Err(errors::busy(&headers, self.context.now).into()),
            400 | 401 => {
                let refusal: Option<Refusal> = serde_json::from_slice(&bytes).ok();
                return Err(
                    match refusal.as_ref().map(|refusal| refusal.error.as_str()) {
                        Some("invalid_grant") => Refused::Grant,
                        _ => client_refused().into(),
                    },
                );
            }
            status => return Err(errors::failed(&format!("status {status}")).into()),
        }
        let answer: Answer =
            serde_json::from_slice(&bytes).map_err(|_| errors::failed("the answer is no token"))?;
        let lasts = answer.expires_in.filter(|seconds| *seconds > 0);
        let ends = lasts.and_then(|seconds| {
            let lasts = SignedDuration::from_secs(seconds);
            self.context.now.checked_add(lasts).ok()
        });
        Ok(Grant {
            access: Secret::new(answer.access_token),
            refresh: answer.refresh_token.map(Secret::new),
            expires_at: ends,
            scopes: answer.scope.as_ref().map(scopes).unwrap_or_default(),
        })
    }
}

impl Grant {
    /// The grant that is kept, good or not.
    pub(super) fn held(context: &InstallContext<'_>) -> Option<Self> {
        let expires_at = context.secrets.get(EXPIRES);
        Some(Self {
            access: context.secrets.get(ACCESS)?.clone(),
            refresh: context.secrets.get(REFRESH).cloned(),
            // What cannot be read is over.
            expires_at: expires_at.map(|at| at.expose().parse().unwrap_or(Timestamp::MIN)),
            scopes: Vec::new(),
        })
    }

    /// The grant that is kept, where it is good for a while yet.
    pub(super) fn kept(context: &InstallContext<'_>) -> Option<Self> {
        let until = context.now.checked_add(MARGIN).ok()?;
        Self::held(context).filter(|grant| grant.expires_at.is_none_or(|at| at > until))
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The secrets with it in place of the one before.
    pub(super) fn keep(&self, secrets: &Secrets) -> Secrets {
        let kept = secrets.clone().with(ACCESS, self.access.clone());
        let kept = match &self.refresh {
            Some(refresh) => kept.with(REFRESH, refresh.clone()),
            None => kept.without(REFRESH),
        };
        match self.expires_at {
            Some(at) => kept.with(EXPIRES, Secret::new(at.to_string())),
            None => kept.without(EXPIRES),
        }
    }

    /// Gives it back. What Linear does not know is given back already.
    pub(super) async fn give_back(
        &self,
        settings: &Settings,
        context: &InstallContext<'_>,
    ) -> Result<(), Error> {
        let refresh = self.refresh.as_ref().map(|token| (token, "refresh_token"));
        for (token, hint) in refresh.into_iter().chain([(&self.access, "access_token")]) {
            let request = context.http.post(settings.api("/oauth/revoke"));
            let pairs = [
                ("token", token.expose().as_str()),
                ("token_type_hint", hint),
            ];
            let request = form(request, pairs.iter());
            let bearer = Secret::new(format!("Bearer {}", self.access.expose()));
            let request = request.secret_header(AUTHORIZATION.as_str(), &bearer);
            let response = request.send().await.map_err(errors::unreached)?;
            match response.status().as_u16() {
                200..=299 | 400 | 401 => {}
                429 => return Err(errors::busy(response.headers(), context.now)),
                status => return Err(errors::failed(&format!("status {status}"))),
            }
        }
        Ok(())
    }
}

/// The secrets without the access token, where there is one to renew it with.
pub(super) fn forget_token(secrets: &Secrets) -> Secrets {
    match secrets.get(REFRESH) {
        Some(_) => secrets.clone().without(ACCESS).without(EXPIRES),
        None => secrets.clone(),
    }
}

/// Why a token was not given.
enum Refused {
    /// The code or the refresh token is worth nothing.
    Grant,
    Otherwise(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Otherwise(error)
    }
}

fn client_refused() -> Error {
    Error::new(
        Kind::Conflict,
        "install_refused",
        "Linear does not take the client ID and secret",
    )
    .with_hint("copy both again from the application's settings")
}

fn form<'p>(request: Request, pairs: impl Iterator<Item = &'p (&'p str, &'p str)>) -> Request {
    let mut body = Serializer::new(String::new());
    for (name, value) in pairs {
        body.append_pair(name, value);
    }
    let request = request.redirects(0).timeout(PATIENCE);
    request.body("application/x-www-form-urlencoded", body.finish())
}

fn scopes(told: &Value) -> Vec<String> {
    let all: Vec<&str> = match told {
        Value::String(text) => text.split([' ', ',']).collect(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let all = all.into_iter().filter(|scope| !scope.is_empty());
    all.map(str::to_owned).collect()
}
