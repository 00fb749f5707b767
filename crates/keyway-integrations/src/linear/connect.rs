use keyway_core::provider::{
    Attempt, InstallContext, Progress, Returned, Secrets, Step, Token, Visit, Workspace,
};
use keyway_core::{Error, Kind, Secret};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::api::{Api, Input, text};
use super::errors;
use super::install::{BROUGHT, KEY_PREFIX};
use super::oauth::{API_KEY, Client, Grant, WEBHOOK_SECRET};
use super::settings::Settings;

/// What the app asks for.
const SCOPES: [&str; 4] = ["read", "write", "app:assignable", "app:mentionable"];
/// Without these there is no agent.
const NEEDED: [&str; 2] = ["read", "write"];

const WHO: &str = "query Who { viewer { id name displayName app } \
                   organization { id name urlKey } }";
const APPLICATION: &str =
    "query Application($clientId: String!) { applicationInfo(clientId: $clientId) { id } }";

/// Where somebody consents (<https://linear.app/developers/oauth-actor-authorization>).
pub(super) fn authorize(
    context: &InstallContext<'_>,
    attempt: &Attempt<'_>,
) -> Result<Visit, Error> {
    let client = Client::of(context)?;
    webhook_secret(context)?;
    let query = Serializer::new(String::new())
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", &context.addresses.callback)
        .append_pair("response_type", "code")
        .append_pair("scope", &SCOPES.join(","))
        .append_pair("state", attempt.state)
        .append_pair("code_challenge", attempt.code_challenge)
        .append_pair("code_challenge_method", "S256")
        .append_pair("actor", "app")
        .append_pair("prompt", "consent")
        .finish();
    let url = client.settings.web(&format!("/oauth/authorize?{query}"));
    Ok(Visit::Redirect(url))
}

/// Goes on with what the browser brought back.
pub(super) async fn returned(
    context: &InstallContext<'_>,
    returned: &Returned<'_>,
) -> Result<Progress, Error> {
    let client = Client::of(context)?;
    match returned.query.get("error").map(String::as_str) {
        Some("access_denied") => {
            return Err(Error::new(
                Kind::Forbidden,
                "install_denied",
                "somebody said no in Linear",
            ));
        }
        Some(_) => {
            return Err(Error::new(
                Kind::Conflict,
                "install_refused",
                "Linear refuses the install",
            )
            .with_hint("look at the callback URL and the scopes of the application"));
        }
        None => {}
    }
    let code = returned.query.get("code").ok_or_else(|| {
        let message = "Linear sent the browser back without a code";
        Error::new(Kind::Malformed, "install_incomplete", message)
    })?;
    let webhook_secret = webhook_secret(context)?;
    let grant = client.exchange(code, returned.code_verifier).await?;
    match look_around(context, &client, &grant).await {
        Ok((workspace, app)) => {
            let mut progress = Progress::to(Step::Installed(workspace));
            progress.secrets = Some(grant.keep(context.secrets));
            progress.webhook_secret = Some(webhook_secret);
            progress.settings = with_app(context.settings, app);
            Ok(progress)
        }
        Err(error) => {
            // What is not used is given back; the first failure is the one to tell.
            let _ = grant.give_back(&client.settings, context).await;
            Err(error)
        }
    }
}

/// Where the installation is, and Linear's id of the app where it tells that.
async fn look_around(
    context: &InstallContext<'_>,
    client: &Client<'_>,
    grant: &Grant,
) -> Result<(Workspace, Option<String>), Error> {
    let told = !grant.scopes.is_empty();
    if told
        && !NEEDED
            .iter()
            .all(|scope| grant.scopes.iter().any(|it| it == scope))
    {
        return Err(errors::missing_scope());
    }
    let api = Api {
        url: client.settings.api("/graphql"),
        token: &grant.access,
        http: context.http,
        now: context.now,
    };
    let data = api.ask(WHO, json!({}), Input::Says).await?;
    if data.pointer("/viewer/app") != Some(&Value::Bool(true)) {
        return Err(Error::new(
            Kind::Conflict,
            "install_refused",
            "Linear gave a token of a person and not of the app",
        ));
    }
    let mut workspace = workspace(&data, &client.settings)?;
    workspace.granted.clone_from(&grant.scopes);
    is_same(context, &workspace)?;
    // Only webhooks name the app by it; without it they are told apart by organization and user.
    let app = api
        .ask(APPLICATION, json!({ "clientId": client.id }), Input::Names)
        .await;
    let app = app.ok().and_then(|data| text(&data, "/applicationInfo/id"));
    Ok((workspace, app))
}

/// Installs with a personal key.
pub(super) async fn connect(context: &InstallContext<'_>) -> Result<Progress, Error> {
    let settings = Settings::read(context.settings)?;
    let Some(key) = context.secrets.get(API_KEY) else {
        if settings.client_id.is_some() {
            return Err(Error::new(
                Kind::Conflict,
                "install_not_offered",
                "an app is installed in a browser",
            ));
        }
        return Err(bad_key());
    };
    if settings.client_id.is_some() {
        let expected = "nothing, with a personal key";
        return Err(Error::invalid_at("/settings/clientId", expected));
    }
    if !key.expose().starts_with(KEY_PREFIX) || !is_visible(key.expose()) {
        return Err(bad_key());
    }
    let webhook_secret = webhook_secret(context)?;
    let api = Api {
        url: settings.api("/graphql"),
        token: key,
        http: context.http,
        now: context.now,
    };
    let data = api.ask(WHO, json!({}), Input::Says).await;
    let data = data.map_err(|error| match error.code() {
        "installation_revoked" => bad_key(),
        _ => error,
    })?;
    let workspace = workspace(&data, &settings)?;
    is_same(context, &workspace)?;
    let mut progress = Progress::to(Step::Installed(workspace));
    progress.webhook_secret = Some(webhook_secret);
    Ok(progress)
}

/// A token to act with.
pub(super) async fn token(context: &InstallContext<'_>) -> Result<Token, Error> {
    if let Some(key) = context.secrets.get(API_KEY) {
        return Ok(Token {
            value: key.clone(),
            expires_at: None,
            secrets: None,
        });
    }
    let (grant, secrets): (Grant, Option<Secrets>) = if let Some(grant) = Grant::kept(context) {
        (grant, None)
    } else {
        let grant = Client::of(context)?.refresh().await?;
        let secrets = grant.keep(context.secrets);
        (grant, Some(secrets))
    };
    Ok(Token {
        expires_at: grant.expires_at(),
        value: grant.access,
        secrets,
    })
}

/// Gives the tokens back. A personal key stays its owner's.
pub(super) async fn revoke(context: &InstallContext<'_>) -> Result<(), Error> {
    let settings = Settings::read(context.settings)?;
    match Grant::held(context) {
        Some(grant) => grant.give_back(&settings, context).await,
        None => Ok(()),
    }
}

/// What Linear signs with. It is Linear's own: one that was made here verifies nothing.
fn webhook_secret(context: &InstallContext<'_>) -> Result<Secret<String>, Error> {
    let secret = context.secrets.get(WEBHOOK_SECRET).cloned();
    let secret = secret.filter(|secret| {
        let text = secret.expose();
        BROUGHT.contains(&text.len()) && is_visible(text)
    });
    secret.ok_or_else(|| {
        let expected = "the signing secret that Linear shows beside the webhook URL";
        Error::invalid_at("/secrets/webhookSecret", expected)
    })
}

/// Whether a text is pasted without a line break or a space.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn bad_key() -> Error {
    let expected = "a personal API key that Linear takes; it begins with lin_api_";
    Error::invalid_at("/secrets/apiKey", expected)
}

fn workspace(data: &Value, settings: &Settings) -> Result<Workspace, Error> {
    let told = |pointer| text(data, pointer);
    let id = told("/organization/id").zip(told("/viewer/id"));
    let (id, bot) = id.ok_or_else(|| errors::failed("the answer names no organization"))?;
    let name = told("/organization/name").unwrap_or_else(|| id.clone());
    let mut workspace = Workspace::new(id, name);
    workspace.url = told("/organization/urlKey").map(|key| settings.web(&format!("/{key}")));
    workspace.bot_id = Some(bot);
    workspace.bot_name = told("/viewer/displayName").or_else(|| told("/viewer/name"));
    Ok(workspace)
}

/// An installation that is made again is made where it was.
fn is_same(context: &InstallContext<'_>, workspace: &Workspace) -> Result<(), Error> {
    match context.workspace {
        Some(before) if before.id != workspace.id => Err(Error::new(
            Kind::Conflict,
            "wrong_workspace",
            "this is another organization than the installation was in",
        )
        .with_hint("choose the one it was in, or make a new installation")),
        _ => Ok(()),
    }
}

/// The settings with Linear's id of the app; without one where it is not told, lest it be another app's.
fn with_app(settings: &Value, app: Option<String>) -> Option<Value> {
    let mut settings = settings.as_object()?.clone();
    settings.remove("oauthClientId");
    if let Some(app) = app {
        settings.insert("oauthClientId".to_owned(), Value::String(app));
    }
    Some(Value::Object(settings))
}
