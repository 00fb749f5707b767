//! Installing in a browser: an app is made of a manifest, and then installed.

use keyway_core::provider::{Attempt, InstallContext, Progress, Returned, Step, Visit};
use keyway_core::{Error, Kind, Secret};
use serde_json::{Value, json};
use url::Url;

use super::api::{Api, unreadable};
use super::app::{App, KEY, of_app, settings};
use super::installation;
use super::json::At;
use super::jwt::is_key;
use super::manifest::manifest;
use super::publication::COMMENT;
use super::settings::{Settings, is_id};

/// The permissions of which an app needs one, whose publication is to say anything.
const ANSWERS: [&str; 2] = ["issues:write", "pull_requests:write"];

/// Where a browser goes: to make the app, and then to install it.
pub(super) fn authorize(
    context: &InstallContext<'_>,
    attempt: &Attempt<'_>,
) -> Result<Visit, Error> {
    let settings = settings(context)?;
    let with_state = |address: String| {
        let mut url = Url::parse(&address).map_err(Error::internal)?;
        url.query_pairs_mut().append_pair("state", attempt.state);
        Ok::<_, Error>(url.to_string())
    };
    let web = settings.web();
    if App::of(&settings, context).is_some() {
        let expected = "the app's name in its address, unless it is connected first";
        let slug = settings.app_slug.as_ref();
        let slug = slug.ok_or_else(|| Error::invalid_at("/settings/appSlug", expected))?;
        let url = with_state(format!("{web}/apps/{slug}/installations/new"))?;
        return Ok(Visit::Redirect(url));
    }
    let owner = settings.organization.as_ref();
    let owner = owner.map_or(String::new(), |name| format!("/organizations/{name}"));
    Ok(Visit::Post {
        url: with_state(format!("{web}{owner}/settings/apps/new"))?,
        fields: vec![("manifest".to_owned(), manifest(context)?.to_string())],
    })
}

/// Goes on with what a browser brought back: the code of an app that was made, or an installation.
pub(super) async fn returned(
    context: &InstallContext<'_>,
    returned: &Returned<'_>,
) -> Result<Progress, Error> {
    let settings = settings(context)?;
    let query = |name: &str| returned.query.get(name).map(String::as_str);
    if query("error").is_some() {
        return Err(Error::new(
            Kind::Forbidden,
            "install_denied",
            "somebody on GitHub said no",
        ));
    }
    let incomplete =
        |message: &'static str| Error::new(Kind::Malformed, "install_incomplete", message);
    let Some(app) = App::of(&settings, context) else {
        let code = query("code").filter(|code| is_code(code));
        let code = code.ok_or_else(|| incomplete("GitHub sent no code of an app"))?;
        return convert(context, &settings, code).await;
    };
    if query("setup_action") == Some("request") {
        // There is no installation yet, and no id: an owner was asked.
        let requested = Settings {
            requested: true,
            ..settings.clone()
        };
        return Ok(Progress {
            settings: Some(requested.to_value()?),
            ..Progress::to(Step::Waiting)
        });
    }
    let id = query("installation_id").filter(|id| is_id(id));
    let id = id.ok_or_else(|| incomplete("GitHub named no installation"))?;
    let step = installed(context, &settings, &app, id).await?;
    Ok(Progress::to(step))
}

fn is_code(code: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=128).contains(&code.len()) && code.bytes().all(good)
}

/// Gets the app that was made of the manifest. The code is good once, and for an hour.
async fn convert(
    context: &InstallContext<'_>,
    settings: &Settings,
    code: &str,
) -> Result<Progress, Error> {
    let api = Api::new(context.http, settings.api(), None, context.now);
    let made = api
        .post(&format!("/app-manifests/{code}/conversions"), &json!({}))
        .await;
    let made = made.map_err(|error| match error.code() {
        "target_not_found" => Error::new(
            Kind::Conflict,
            "install_expired",
            "GitHub does not know the code any more: it is good once, and for an hour",
        )
        .with_hint("begin the installation again"),
        _ => error,
    })?;
    let text = |name: &str| {
        made.at(name)
            .as_str()
            .map(str::to_owned)
            .ok_or_else(unreadable)
    };
    let (slug, pem, secret) = (text("slug")?, text("pem")?, text("webhook_secret")?);
    let id = made.at("id").as_u64().ok_or_else(unreadable)?;
    if !is_key(&pem) {
        return Err(unreadable());
    }
    let settings = Settings {
        app_id: Some(id.to_string()),
        app_slug: Some(slug),
        ..settings.clone()
    };
    Ok(Progress {
        settings: Some(settings.to_value()?),
        secrets: Some(context.secrets.clone().with(KEY, Secret::new(pem))),
        webhook_secret: Some(Secret::new(secret)),
        step: Step::Visit,
    })
}

/// The installation with an id, as the app itself sees it: anybody can write an id into an address.
pub(super) async fn installed(
    context: &InstallContext<'_>,
    settings: &Settings,
    app: &App<'_>,
    id: &str,
) -> Result<Step, Error> {
    let jwt = app.jwt(context)?;
    let api = Api::new(context.http, settings.api(), Some(&jwt), context.now);
    let found = api.get(&format!("/app/installations/{id}")).await;
    let found = found.map_err(|error| match error.code() {
        "target_not_found" => Error::new(
            Kind::Conflict,
            "installation_unknown",
            "the app is not installed there",
        ),
        _ => of_app(error),
    })?;
    take(context, settings, app, &found)
}

/// An installation that GitHub told of, if it is one to be taken.
pub(super) fn take(
    context: &InstallContext<'_>,
    settings: &Settings,
    app: &App<'_>,
    found: &Value,
) -> Result<Step, Error> {
    let id = found.at("id").as_u64().ok_or_else(unreadable)?;
    if found
        .at("app_id")
        .as_u64()
        .map(|id| id.to_string())
        .as_deref()
        != Some(app.id)
    {
        return Err(unreadable());
    }
    let workspace = installation::of(settings, found, id);
    let elsewhere = |name: &str| !name.eq_ignore_ascii_case(&workspace.name);
    let before = context
        .workspace
        .is_some_and(|before| elsewhere(&before.name));
    if before || settings.organization.as_deref().is_some_and(elsewhere) {
        return Err(Error::new(
            Kind::Conflict,
            "wrong_workspace",
            "the app was installed on another account than the one it is for",
        )
        .with_hint("install it there, or make another publication for this account"));
    }
    let has = |one: &&str| workspace.granted.iter().any(|has| has == one);
    if context.scopes.permits(COMMENT) && !ANSWERS.iter().any(has) {
        return Err(Error::new(
            Kind::Forbidden,
            "missing_vendor_scope",
            "the app may write to neither issues nor pull requests: it could answer nobody",
        )
        .with_hint("give it the permission in its settings, accept it where it is installed, and install again"));
    }
    if !found.at("suspended_at").is_null() {
        return Err(Error::new(
            Kind::Conflict,
            "installation_suspended",
            "the installation is suspended on GitHub",
        )
        .with_hint("an owner of the account can unsuspend it in its settings"));
    }
    Ok(Step::Installed(workspace))
}
