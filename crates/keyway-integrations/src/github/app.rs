//! What is done as the app itself, with its key.

use keyway_core::provider::{InstallContext, Token};
use keyway_core::{Error, Kind, Secret};
use serde_json::json;

use super::api::{Api, unreadable};
use super::json::At;
use super::jwt::app_jwt;
use super::settings::Settings;

/// The name of the app's private key among secrets.
pub(super) const KEY: &str = "privateKey";

/// Settings that can be used, and nothing is sent before.
pub(super) fn settings(context: &InstallContext<'_>) -> Result<Settings, Error> {
    let settings = Settings::read(context.settings)?;
    let mut problems = Vec::new();
    settings.check(&mut problems);
    if problems.is_empty() {
        return Ok(settings);
    }
    Err(Error::invalid_input(problems))
}

/// An app: its id and its key.
pub(super) struct App<'a> {
    pub(super) id: &'a str,
    key: &'a Secret<String>,
}

impl<'a> App<'a> {
    pub(super) fn of(settings: &'a Settings, context: &InstallContext<'a>) -> Option<Self> {
        let (id, key) = settings.app_id.as_deref().zip(context.secrets.get(KEY))?;
        Some(Self { id, key })
    }

    pub(super) fn jwt(&self, context: &InstallContext<'_>) -> Result<Secret<String>, Error> {
        app_jwt(self.id, self.key, context.now)
    }
}

/// What GitHub refuses an app, rather than an installation.
pub(super) fn of_app(error: Error) -> Error {
    match error.code() {
        "vendor_unauthorized" => Error::new(
            Kind::Conflict,
            "app_key_refused",
            "GitHub does not know the app by this key",
        )
        .with_hint(
            "generate another private key in the app's settings, and paste it with the app's id",
        ),
        _ => error,
    }
}

/// Mints a token of the installation. GitHub's are good for an hour.
pub(super) async fn token(context: &InstallContext<'_>) -> Result<Token, Error> {
    let settings = settings(context)?;
    let revoked = || {
        Error::new(
            Kind::Conflict,
            "installation_revoked",
            "the app is not installed there any more",
        )
        .with_hint("install it again")
    };
    let app = App::of(&settings, context).ok_or_else(revoked)?;
    let workspace = context.workspace.ok_or_else(revoked)?;
    let jwt = app.jwt(context)?;
    let api = Api::new(context.http, settings.api(), Some(&jwt), context.now);
    let path = format!("/app/installations/{}/access_tokens", workspace.id);
    let minted = api.post(&path, &json!({})).await;
    let minted = minted.map_err(|error| match error.code() {
        "target_not_found" => revoked(),
        _ => of_app(error),
    })?;
    let value = minted.at("token").as_str().ok_or_else(unreadable)?;
    let expires = minted
        .at("expires_at")
        .as_str()
        .and_then(|at| at.parse().ok());
    Ok(Token {
        value: Secret::new(value.to_owned()),
        expires_at: Some(expires.ok_or_else(unreadable)?),
        secrets: None,
    })
}

/// Uninstalls the app. The app itself stays its owner's.
pub(super) async fn revoke(context: &InstallContext<'_>) -> Result<(), Error> {
    let settings = settings(context)?;
    let Some((app, workspace)) = App::of(&settings, context).zip(context.workspace) else {
        return Ok(());
    };
    let jwt = app.jwt(context)?;
    let api = Api::new(context.http, settings.api(), Some(&jwt), context.now);
    match api
        .delete(&format!("/app/installations/{}", workspace.id))
        .await
    {
        Err(error) if error.code() == "target_not_found" => Ok(()),
        done => done.map(|_| ()).map_err(of_app),
    }
}
