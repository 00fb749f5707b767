use keyway_core::ports::Random;
use keyway_core::provider::{
    Attempt, Granularity, InstallContext, InstallField, Progress, ProviderContext, Returned, Step,
    Token, Visit, sign,
};
use keyway_core::{Error, Kind, Problem, Secret};
use serde_json::{Value, json};
use url::Url;

use super::api::{Api, unreadable};
use super::installation;
use super::jwt::{app_jwt, is_key};
use super::manifest::manifest;
use super::publication::OFFER;
use super::settings::{Settings, is_id};
use super::triggers::Triggers;

/// The name of the app's private key among secrets.
const KEY: &str = "privateKey";
/// The name under which a webhook secret is brought.
const WEBHOOK_SECRET: &str = "webhookSecret";
/// The bytes of a webhook secret that is made here.
const SECRET: usize = 32;
/// The fewest and the most bytes of one that was brought.
const BROUGHT: std::ops::RangeInclusive<usize> = 8..=512;

/// What whoever installs is asked for. Nothing of it is needed where GitHub makes the app.
pub(super) const FIELDS: &[InstallField] = &[
    field(
        "organization",
        "Organization",
        "The organization that is to own the app; your own account if empty",
    ),
    field(
        "appId",
        "App ID",
        "Of an app that you made yourself: in its settings, below About",
    ),
    InstallField {
        secret: true,
        ..field(
            KEY,
            "Private key",
            "Of an app that you made yourself: the .pem file that GitHub gave you",
        )
    },
    InstallField {
        secret: true,
        ..field(
            WEBHOOK_SECRET,
            "Webhook secret",
            "Of an app that you made yourself, if it has one already; otherwise give it the one that is shown here",
        )
    },
    field(
        "installationId",
        "Installation ID",
        "Where the app is installed more than once: the end of the installation's address",
    ),
    field(
        "apiUrl",
        "API address",
        "Of an Enterprise Server: https://<host>/api/v3",
    ),
    field(
        "webUrl",
        "Address",
        "Of an Enterprise Server: https://<host>",
    ),
];

const fn field(name: &'static str, title: &'static str, help: &'static str) -> InstallField {
    InstallField {
        name,
        title,
        help,
        secret: false,
        required: false,
    }
}

/// Random bytes, as text.
pub(super) fn new_secret(random: &dyn Random) -> Secret<String> {
    let mut bytes = [0; SECRET];
    random.fill(&mut bytes);
    Secret::new(sign::base64(&bytes))
}

/// Everything that is wrong with settings, triggers and secret.
pub(super) fn check(context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error> {
    let settings = Settings::read(context.settings)?;
    let triggers = Triggers::read(context.triggers)?;
    let mut problems = Vec::new();
    settings.check(&mut problems);
    triggers.check(&settings, &mut problems);
    if !OFFER.granularities.contains(&granularity) {
        let expected = "per_issue, per_event, per_user or per_workspace".to_owned();
        problems.push(Problem {
            pointer: "/granularity".to_owned(),
            expected,
        });
    }
    if !BROUGHT.contains(&context.secret.expose().len()) {
        let expected = "a text of 8 to 512 bytes".to_owned();
        problems.push(Problem {
            pointer: "/secret".to_owned(),
            expected,
        });
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::invalid_input(problems))
}

/// Settings that can be used, and nothing is sent before.
fn settings(context: &InstallContext<'_>) -> Result<Settings, Error> {
    let settings = Settings::read(context.settings)?;
    let mut problems = Vec::new();
    settings.check(&mut problems);
    if problems.is_empty() {
        return Ok(settings);
    }
    Err(Error::invalid_input(problems))
}

/// An app: its id and its key.
struct App<'a> {
    id: &'a str,
    key: &'a Secret<String>,
}

impl<'a> App<'a> {
    fn of(settings: &'a Settings, context: &InstallContext<'a>) -> Option<Self> {
        let (id, key) = settings.app_id.as_deref().zip(context.secrets.get(KEY))?;
        Some(Self { id, key })
    }

    fn jwt(&self, context: &InstallContext<'_>) -> Result<Secret<String>, Error> {
        app_jwt(self.id, self.key, context.now)
    }
}

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
    if App::of(&settings, context).is_some()
        && let Some(slug) = &settings.app_slug
    {
        let url = with_state(format!("{web}/apps/{slug}/installations/new"))?;
        return Ok(Visit::Redirect(url));
    }
    let owner = settings.organization.as_ref();
    let owner = owner.map_or(String::new(), |name| format!("/organizations/{name}"));
    Ok(Visit::Post {
        url: with_state(format!("{web}{owner}/settings/apps/new"))?,
        fields: vec![(
            "manifest".to_owned(),
            manifest(context.name, context.addresses).to_string(),
        )],
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
        made[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(unreadable)
    };
    let (slug, pem, secret) = (text("slug")?, text("pem")?, text("webhook_secret")?);
    let id = made["id"].as_u64().ok_or_else(unreadable)?;
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
async fn installed(
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
fn take(
    context: &InstallContext<'_>,
    settings: &Settings,
    app: &App<'_>,
    found: &Value,
) -> Result<Step, Error> {
    let id = found["id"].as_u64().ok_or_else(unreadable)?;
    if found["app_id"].as_u64().map(|id| id.to_string()).as_deref() != Some(app.id) {
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
            "other_workspace",
            "the app was installed on another account than the one it is for",
        )
        .with_hint("install it there, or make another publication for this account"));
    }
    if !found["suspended_at"].is_null() {
        return Err(Error::new(
            Kind::Conflict,
            "installation_suspended",
            "the installation is suspended on GitHub",
        )
        .with_hint("an owner of the account can unsuspend it in its settings"));
    }
    Ok(Step::Installed(workspace))
}

/// Installs with an app that somebody made, by its id and its key.
pub(super) async fn connect(context: &InstallContext<'_>) -> Result<Progress, Error> {
    let settings = settings(context)?;
    let app = pasted(&settings, context)?;
    let jwt = app.jwt(context)?;
    let api = Api::new(context.http, settings.api(), Some(&jwt), context.now);
    let told = api.get("/app").await.map_err(of_app)?;
    if told["id"].as_u64().map(|id| id.to_string()).as_deref() != Some(app.id) {
        return Err(Error::invalid_at(
            "/settings/appId",
            "the id of the app that the key is of",
        ));
    }
    let slug = told["slug"].as_str().ok_or_else(unreadable)?;
    let settings = Settings {
        app_slug: Some(slug.to_owned()),
        ..settings.clone()
    };
    let step = match &settings.installation_id {
        Some(id) => installed(context, &settings, &app, id).await?,
        None => {
            let all = api
                .query("/app/installations", &[("per_page", "2")])
                .await
                .map_err(of_app)?;
            match all.as_array().map(Vec::as_slice) {
                // It is to be installed first.
                Some([]) => Step::Visit,
                Some([one]) => take(context, &settings, &app, one)?,
                Some(_) => {
                    let expected = "one of them, as the app is installed more than once";
                    return Err(Error::invalid_at("/settings/installationId", expected));
                }
                None => return Err(unreadable()),
            }
        }
    };
    let brought = context.secrets.get(WEBHOOK_SECRET).cloned();
    Ok(Progress {
        settings: Some(settings.to_value()?),
        secrets: Some(context.secrets.clone().without(WEBHOOK_SECRET)),
        webhook_secret: brought,
        step,
    })
}

/// The app that was typed in.
fn pasted<'a>(settings: &'a Settings, context: &InstallContext<'a>) -> Result<App<'a>, Error> {
    let mut problems = Vec::new();
    let mut expect = |good: bool, pointer: &str, expected: &str| {
        if !good {
            let (pointer, expected) = (pointer.to_owned(), expected.to_owned());
            problems.push(Problem { pointer, expected });
        }
    };
    let key = context.secrets.get(KEY);
    expect(
        settings.app_id.is_some(),
        "/settings/appId",
        "the app's id: digits",
    );
    let pem = "an RSA key in PEM: the whole file that GitHub gave";
    expect(
        key.is_some_and(|key| is_key(key.expose())),
        "/secrets/privateKey",
        pem,
    );
    let secret = context.secrets.get(WEBHOOK_SECRET);
    let long = secret.is_none_or(|secret| BROUGHT.contains(&secret.expose().len()));
    expect(long, "/secrets/webhookSecret", "a text of 8 to 512 bytes");
    match App::of(settings, context) {
        Some(app) if problems.is_empty() => Ok(app),
        _ => Err(Error::invalid_input(problems)),
    }
}

/// What GitHub refuses an app, rather than an installation.
fn of_app(error: Error) -> Error {
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
    let value = minted["token"].as_str().ok_or_else(unreadable)?;
    let expires = minted["expires_at"].as_str().and_then(|at| at.parse().ok());
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
