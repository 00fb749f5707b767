use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::provider::{InstallContext, Secrets, Token};
use keyway_core::{Error, Kind, Secret};
use serde_json::Value;

use super::api::{Api, Proof, at};
use super::error::{incomplete, revoked};
use super::install;
use super::settings::Settings;

/// The app's secret, by which it proves itself.
pub(super) const CLIENT_SECRET: &str = "clientSecret";
/// The token the agent acts with.
const BOT_TOKEN: &str = "botToken";
/// What the next token is got with, where tokens rotate.
const REFRESH_TOKEN: &str = "refreshToken";
/// When the token expires, where it does. Kept beside it so that neither changes without the other.
const EXPIRES_AT: &str = "botTokenExpiresAt";
/// How long before it expires a token is not used any more: a turn takes its time.
const EARLY: Duration = Duration::from_mins(15);

/// A token as Slack hands one out.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) access: Secret<String>,
    /// The token for the next one, and when it is needed.
    rotation: Option<(Secret<String>, Timestamp)>,
}

impl Tokens {
    /// Reads an answer of `oauth.v2.access`. A token that expires comes with one for the next.
    pub(super) fn read(answer: &Value, now: Timestamp) -> Option<Self> {
        let access = at(answer, "/access_token")?;
        let expires = answer.get("expires_in").and_then(Value::as_i64);
        let rotation = match (expires, at(answer, "/refresh_token")) {
            (Some(seconds), Some(refresh)) => {
                let seconds = SignedDuration::from_secs(seconds.clamp(0, 31_536_000));
                let expires = now.checked_add(seconds).ok()?;
                Some((Secret::new(refresh.to_owned()), expires))
            }
            (None, None) => None,
            _ => return None,
        };
        Some(Self {
            access: Secret::new(access.to_owned()),
            rotation,
        })
    }

    /// Puts them in the place of the ones before.
    pub(super) fn keep(self, secrets: Secrets) -> Secrets {
        let secrets = secrets.with(BOT_TOKEN, self.access);
        match self.rotation {
            Some((refresh, expires)) => secrets
                .with(REFRESH_TOKEN, refresh)
                .with(EXPIRES_AT, Secret::new(expires.to_string())),
            None => secrets.without(REFRESH_TOKEN).without(EXPIRES_AT),
        }
    }
}

/// The token to act with: the one that is kept while it lasts, and a new one after
/// (<https://docs.slack.dev/authentication/using-token-rotation>).
pub(super) async fn token(context: &InstallContext<'_>) -> Result<Token, Error> {
    let kept = context.secrets.get(BOT_TOKEN).ok_or_else(|| {
        Error::new(
            Kind::Conflict,
            "install_incomplete",
            "the app is not installed in a workspace yet",
        )
    })?;
    let copy = || kept.clone();
    let Some(refresh) = context.secrets.get(REFRESH_TOKEN) else {
        return Ok(Token {
            value: copy(),
            expires_at: None,
            secrets: None,
        });
    };
    let expires = context.secrets.get(EXPIRES_AT);
    let expires = expires.and_then(|at| at.expose().parse::<Timestamp>().ok());
    let until = context.now.checked_add(EARLY).unwrap_or(context.now);
    if let Some(expires) = expires.filter(|expires| *expires > until) {
        return Ok(Token {
            value: copy(),
            expires_at: Some(expires),
            secrets: None,
        });
    }
    let settings = Settings::read(context.settings)?;
    let api = Api {
        http: context.http,
        base: &settings.api_url,
        proof: install::client(&settings, context)?,
    };
    let fields = [
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", refresh.expose().clone()),
    ];
    let answer = api.call("oauth.v2.access", &fields).await;
    let answer = answer.map_err(exchange_refused)?;
    let tokens = Tokens::read(&answer, context.now).ok_or_else(incomplete)?;
    let team = at(&answer, "/team/id").or_else(|| at(&answer, "/enterprise/id"));
    if context
        .workspace
        .is_some_and(|workspace| team.is_some_and(|team| team != workspace.id))
    {
        return Err(incomplete());
    }
    Ok(Token {
        value: tokens.access.clone(),
        expires_at: tokens.rotation.as_ref().map(|(_, expires)| *expires),
        secrets: Some(tokens.keep(context.secrets.clone())),
    })
}

/// The secrets with a token that is over, where there is one to renew it with.
pub(super) fn forget(secrets: &Secrets) -> Secrets {
    let secrets = secrets.clone();
    match secrets.get(REFRESH_TOKEN) {
        Some(_) => secrets.with(EXPIRES_AT, Secret::new(Timestamp::MIN.to_string())),
        None => secrets,
    }
}

/// Takes the app out of the workspace; where Slack does not let it, gives at least the token back. One that
/// is gone already is no failure.
pub(super) async fn revoke(context: &InstallContext<'_>) -> Result<(), Error> {
    if context.secrets.get(BOT_TOKEN).is_none() {
        return Ok(());
    }
    let token = match token(context).await {
        Ok(token) => token.value,
        Err(error) if error.code() == revoked().code() => return Ok(()),
        Err(error) => return Err(error),
    };
    let settings = Settings::read(context.settings)?;
    let api = Api {
        http: context.http,
        base: &settings.api_url,
        proof: Proof::Token(&token),
    };
    if let Ok(Proof::Client(id, secret)) = install::client(&settings, context) {
        let fields = [
            ("client_id", id.to_owned()),
            ("client_secret", secret.expose().clone()),
        ];
        if api.call("apps.uninstall", &fields).await.is_ok() {
            return Ok(());
        }
    }
    match api.call("auth.revoke", &[]).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == revoked().code() => Ok(()),
        Err(error) => Err(error),
    }
}

/// What an exchange was refused with, for who installs.
pub(super) fn exchange_refused(error: Error) -> Error {
    let source = std::error::Error::source(&error).map(ToString::to_string);
    let refused = |code: &'static str, message: &'static str, hint: &'static str| {
        Error::new(Kind::Conflict, code, message).with_hint(hint)
    };
    match source.as_deref() {
        Some("invalid_code" | "code_already_used") => refused(
            "install_code_refused",
            "Slack does not take the code that the browser brought back",
            "begin again from the installation's page",
        ),
        Some("invalid_client_id" | "bad_client_secret") => refused(
            "install_client_refused",
            "Slack does not take the client id and secret",
            "copy both from Basic Information of the app",
        ),
        Some("bad_redirect_uri") => refused(
            "install_address_refused",
            "Slack does not know the address that the browser comes back to",
            "add it to the redirect URLs of the app",
        ),
        _ => error,
    }
}
