use keyway_core::ports::Random;
use keyway_core::provider::{
    Granularity, InstallContext, InstallField, Progress, ProviderContext, Step, sign,
};
use keyway_core::{Error, Problem, Secret};

use super::api::{Api, unreadable};
use super::app::{App, KEY, of_app, settings};
use super::json::At;
use super::jwt::is_key;
use super::publication::OFFER;
use super::settings::Settings;
use super::triggers::Triggers;
use super::visit::{installed, take};

/// The name under which a webhook secret is brought.
pub(super) const WEBHOOK_SECRET: &str = "webhookSecret";
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
    field(
        "appSlug",
        "App name",
        "Of an app that you made yourself: the end of its public address, github.com/apps/…",
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

/// Installs with an app that somebody made, by its id and its key.
pub(super) async fn connect(context: &InstallContext<'_>) -> Result<Progress, Error> {
    let settings = settings(context)?;
    let app = pasted(&settings, context)?;
    let jwt = app.jwt(context)?;
    let api = Api::new(context.http, settings.api(), Some(&jwt), context.now);
    let told = api.get("/app").await.map_err(of_app)?;
    if told.at("id").as_u64().map(|id| id.to_string()).as_deref() != Some(app.id) {
        return Err(Error::invalid_at(
            "/settings/appId",
            "the id of the app that the key is of",
        ));
    }
    let slug = told.at("slug").as_str().ok_or_else(unreadable)?;
    let settings = Settings {
        app_slug: Some(slug.to_owned()),
        ..settings.clone()
    };
    let step = if let Some(id) = &settings.installation_id {
        installed(context, &settings, &app, id).await?
    } else {
        let query = [("per_page", "2")];
        let all = api.query("/app/installations", &query).await;
        match all.map_err(of_app)?.as_array().map(Vec::as_slice) {
            // It is to be installed first.
            Some([]) => Step::Visit,
            Some([one]) => take(context, &settings, &app, one)?,
            Some(_) => {
                let expected = "one of them, as the app is installed more than once";
                return Err(Error::invalid_at("/settings/installationId", expected));
            }
            None => return Err(unreadable()),
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
