use keyway_core::provider::{
    Attempt, InstallContext, InstallField, Progress, ProviderContext, Returned, Step, Visit,
    Workspace,
};
use keyway_core::{Error, Kind, Problem};
use serde_json::Value;

use super::api::{Api, Proof, at};
use super::error::{incomplete, missing_scope};
use super::settings::{Settings, Triggers};
use super::token::{self, CLIENT_SECRET, Tokens};
use super::{manifest, scopes};

/// The secret that Slack signs with.
pub(super) const SIGNING_SECRET: &str = "signingSecret";

/// What whoever installs is asked for. None has to be there to begin: without a client id, beginning leads
/// to where the app is made.
pub(super) const FIELDS: [InstallField; 3] = [
    InstallField {
        name: "clientId",
        title: "Client ID",
        help: "Basic Information of the app, below App Credentials; leave it empty to make the app first",
        secret: false,
        required: false,
    },
    InstallField {
        name: CLIENT_SECRET,
        title: "Client Secret",
        help: "Basic Information of the app, below App Credentials",
        secret: true,
        required: false,
    },
    InstallField {
        name: SIGNING_SECRET,
        title: "Signing Secret",
        help: "Basic Information of the app, below App Credentials",
        secret: true,
        required: false,
    },
];

/// The fewest and the most bytes of a secret that webhooks are signed with.
const SECRET: std::ops::RangeInclusive<usize> = 8..=512;

/// Everything that is wrong with settings, triggers and secret.
pub(super) fn check(context: &ProviderContext<'_>) -> Result<(), Error> {
    let mut problems = Settings::read(context.settings)?.problems();
    problems.extend(Triggers::read(context.triggers)?.problems());
    let secret = context.secret.expose();
    if !SECRET.contains(&secret.len()) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.push(Problem {
            pointer: "/secret".into(),
            expected: "the app's signing secret: 8 to 512 visible characters".into(),
        });
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid_input(problems))
    }
}

/// Where a browser goes: to make the app, while none is known, and then to agree to it.
///
/// PKCE is left out: at Slack it turns an app into a public client for good, and this one keeps a secret.
pub(super) fn authorize(
    context: &InstallContext<'_>,
    attempt: &Attempt<'_>,
) -> Result<Visit, Error> {
    let settings = Settings::read(context.settings)?;
    let Some(client) = &settings.client_id else {
        return Ok(Visit::Redirect(manifest::link(&settings, context)));
    };
    if context.secrets.get(CLIENT_SECRET).is_none() {
        return Err(no_client_secret());
    }
    if context.secrets.get(SIGNING_SECRET).is_none() {
        return Err(Error::invalid_at(
            "/secrets/signingSecret",
            "the app's signing secret",
        ));
    }
    let url = manifest::consent(&settings, client, context, attempt.state);
    let url = url.map_err(|_| Error::invalid_at("/settings/webUrl", "an https: URL"))?;
    Ok(Visit::Redirect(url))
}

/// Exchanges what the browser brought back (<https://docs.slack.dev/authentication/installing-with-oauth>).
pub(super) async fn returned(
    context: &InstallContext<'_>,
    returned: &Returned<'_>,
) -> Result<Progress, Error> {
    if returned.query.contains_key("error") {
        return Err(Error::new(
            Kind::Forbidden,
            "install_denied",
            "the app was not let into the workspace",
        )
        .with_hint("install it again, and allow it"));
    }
    let code = returned.query.get("code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| {
        Error::new(
            Kind::Malformed,
            "install_incomplete",
            "the browser came back without a code",
        )
        .with_hint("begin again from the installation's page")
    })?;
    let settings = Settings::read(context.settings)?;
    let proof = client(&settings, context)?;
    let api = |proof| Api {
        http: context.http,
        base: &settings.api_url,
        proof,
    };
    let fields = [
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.clone()),
        ("redirect_uri", context.addresses.callback.clone()),
    ];
    let answer = api(proof).call("oauth.v2.access", &fields).await;
    let answer = answer.map_err(token::exchange_refused)?;
    let granted = Granted::read(&answer, context)?;
    match welcome(context, &granted, api(Proof::Token(&granted.tokens.access))).await {
        Ok(workspace) => Ok(progress(context, granted, workspace)),
        Err(error) => {
            // Nothing is left behind that nobody keeps.
            let own = api(Proof::Token(&granted.tokens.access));
            let _ = own.call("auth.revoke", &[]).await;
            Err(error)
        }
    }
}

/// The app's client id and secret.
pub(super) fn client<'a>(
    settings: &'a Settings,
    context: &'a InstallContext<'_>,
) -> Result<Proof<'a>, Error> {
    let id = settings.client_id.as_deref();
    let id = id.ok_or_else(|| Error::invalid_at("/settings/clientId", "the app's client id"))?;
    let secret = context.secrets.get(CLIENT_SECRET);
    Ok(Proof::Client(id, secret.ok_or_else(no_client_secret)?))
}

fn no_client_secret() -> Error {
    Error::invalid_at("/secrets/clientSecret", "the app's client secret")
}

/// What Slack granted.
struct Granted {
    tokens: Tokens,
    app: String,
    bot: String,
    workspace: Workspace,
}

impl Granted {
    fn read(answer: &Value, context: &InstallContext<'_>) -> Result<Self, Error> {
        let whole = answer.get("is_enterprise_install") == Some(&Value::Bool(true));
        let place = if whole { "/enterprise" } else { "/team" };
        let id = at(answer, &format!("{place}/id")).ok_or_else(incomplete)?;
        let name = at(answer, &format!("{place}/name")).unwrap_or(id);
        let scopes = at(answer, "/scope").unwrap_or_default();
        let (app, bot) = (at(answer, "/app_id"), at(answer, "/bot_user_id"));
        let (app, bot) = app.zip(bot).ok_or_else(incomplete)?;
        if at(answer, "/token_type") != Some("bot") {
            return Err(incomplete());
        }
        Ok(Self {
            tokens: Tokens::read(answer, context.now).ok_or_else(incomplete)?,
            app: app.to_owned(),
            bot: bot.to_owned(),
            workspace: Workspace {
                granted: scopes.split(',').map(str::to_owned).collect(),
                ..Workspace::new(id, name)
            },
        })
    }
}

/// Whether it is the right workspace, with everything the agent needs, and who the agent is there.
async fn welcome(
    context: &InstallContext<'_>,
    granted: &Granted,
    api: Api<'_>,
) -> Result<Workspace, Error> {
    let workspace = granted.workspace.clone();
    if context
        .workspace
        .is_some_and(|before| before.id != workspace.id)
    {
        return Err(Error::new(
            Kind::Conflict,
            "wrong_workspace",
            "this is another workspace than the one it is installed in",
        )
        .with_hint("choose the same workspace, or publish the agent there on its own"));
    }
    let missing = scopes::missing(&workspace.granted).collect::<Vec<_>>();
    if !missing.is_empty() {
        return Err(missing_scope(Some(&missing.join(","))));
    }
    let who = api.call("auth.test", &[]).await?;
    if at(&who, "/user_id") != Some(&granted.bot) {
        return Err(incomplete());
    }
    Ok(Workspace {
        url: at(&who, "/url").map(str::to_owned),
        bot_id: Some(granted.bot.clone()),
        bot_name: at(&who, "/user").map(str::to_owned),
        ..workspace
    })
}

fn progress(context: &InstallContext<'_>, granted: Granted, workspace: Workspace) -> Progress {
    let mut settings = context.settings.clone();
    if let Value::Object(settings) = &mut settings {
        settings.insert("appId".into(), granted.app.into());
    }
    let signing = context.secrets.get(SIGNING_SECRET);
    Progress {
        settings: Some(settings),
        secrets: Some(granted.tokens.keep(context.secrets.clone())),
        webhook_secret: signing.cloned(),
        step: Step::Installed(workspace),
    }
}
