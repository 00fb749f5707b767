use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_app::credentials::{CredentialView, Credentials, DefinitionView};
use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_core::{CredentialId, Principal, Secret};
use keyway_store::announced;
use serde_json::json;

use super::credentials::{scope, told, unknown};
use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, page_url};
use super::sign_in::browser;
use super::terminal::Terminal;
use crate::config::{Config, parse_duration};

const EXAMPLES: &str = "\
Examples:
  keyway connect                                            lists what can be connected, and what is
  keyway connect mcp:wiki                                   a connector behind OAuth, by its key
  keyway connect acme                                       opens the page, and waits until it is connected
  keyway connect acme --scope user                          for whoever signs in there alone
  keyway connect acme --scope project --project-slug web
  keyway connect acme --no-wait --json                      shows the link and goes on";

/// How often it is looked whether somebody has connected it.
const LOOK: Duration = Duration::from_millis(300);

/// Connect an app's credential in the browser, at a running gateway
///
/// A service with an authorization server is connected there; for any other the page has a form for
/// its fields.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Connect {
    /// The app, the key of a credential, or `mcp:` and the key of a connector; without one, what can be
    /// connected is listed
    app: Option<String>,
    #[command(flatten)]
    how: How,
    /// Who is to use it: org, project or user; the page asks
    #[arg(long, value_name = "SCOPE", value_parser = scope, requires = "app")]
    scope: Option<CredentialScope>,
    /// The project, with --scope project
    #[arg(long, value_name = "SLUG", requires = "app")]
    project_slug: Option<String>,
    #[command(flatten)]
    organization: Organization,
}

/// What is done about the link.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Show the link and do not wait until it is connected
    #[arg(long)]
    no_wait: bool,
    /// Show the link and open no browser
    #[arg(long)]
    no_browser: bool,
    /// How long to wait: `30s`, `5m`
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = wait)]
    wait: Duration,
}

fn wait(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "expected a time span, like `30s` or `5m`".to_owned())
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Connect,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let people = local.app().people();
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let done = match people.operator_of(&operator, organization).await {
        Ok(who) => connect(invocation, &local, &config, &who, &command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn connect(
    invocation: &Invocation,
    local: &Local,
    config: &Config,
    who: &Principal,
    command: &Connect,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let all = local.app().credentials();
    let Some(app) = &command.app else {
        return list(&all, who, terminal).await;
    };
    let definition = match all.definition(who, app).await {
        Ok(definition) => definition,
        Err(error) => {
            let known = all.definitions(who).await?;
            return Err(unknown(app, &known, error.into()));
        }
    };
    if definition.kind == CredentialKind::None {
        let message = "this service asks for nothing: there is nothing to connect";
        return Err(Failure::new("credential_is_none", message));
    }
    let place = chosen(&definition, command)?;
    let query = place.map_or_else(String::new, |place| {
        let encoded: String = url::form_urlencoded::byte_serialize(place.as_bytes()).collect();
        format!("?for={encoded}")
    });
    let path = format!("/connect/{}{query}", definition.key);
    led(
        invocation,
        local,
        config,
        who,
        (&definition.key, path),
        &command.how,
        terminal,
    )
    .await
}

/// Lists what can be connected, and how often it is.
async fn list(
    all: &Credentials,
    who: &Principal,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let set = all.list(who, None).await?;
    let definitions = all.definitions(who).await?;
    let found = definitions
        .iter()
        .filter(|of| of.kind != CredentialKind::None);
    let found = found.map(|of| {
        let mine = set.iter().filter(|view| view.key == of.key);
        let again = mine.clone().filter(|view| view.needs_reconnecting).count();
        (of, mine.count(), again)
    });
    let found: Vec<_> = found.collect();
    if terminal.is_json() {
        let line = |(of, connected, again): &(&DefinitionView, usize, usize)| {
            json!({
                "key": of.key, "title": of.title, "kind": of.kind, "scope": of.scope,
                "connected": connected, "needsReconnecting": again,
            })
        };
        let lines: Vec<_> = found.iter().map(line).collect();
        terminal.value(&json!({ "connections": lines }));
        return Ok(ExitCode::SUCCESS);
    }
    if found.is_empty() {
        terminal.note("nothing here has to be connected");
        return Ok(ExitCode::SUCCESS);
    }
    let row = |(of, connected, again): &(&DefinitionView, usize, usize)| {
        let scope = of.scope.map_or("any".to_owned(), |scope| scope.to_string());
        let state = match (connected, again) {
            (0, _) => "not connected".to_owned(),
            (_, 0) => format!("connected ({connected})"),
            _ => format!("connected ({connected}), reconnect ({again})"),
        };
        let title = of.title.clone().unwrap_or_else(|| "-".to_owned());
        vec![of.key.clone(), title, scope, state]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    terminal.table(&["KEY", "NAME", "FOR", "STATE"], &rows);
    Ok(ExitCode::SUCCESS)
}

/// Leads somebody to a page where a credential is connected, and waits until it is.
pub(super) async fn led(
    invocation: &Invocation,
    local: &Local,
    config: &Config,
    who: &Principal,
    (key, path): (&str, String),
    how: &How,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let all = local.app().credentials();
    let path = Secret::new(path);
    let url = page_url(config, &path);
    if config.listen.public_url.is_none() && announced(&config.storage.database_path()).is_none() {
        terminal.warn("no gateway is running on this data directory: start it with `keyway serve`");
    }
    if how.no_wait {
        if terminal.is_json() {
            terminal.value(&json!({ "key": key, "url": url.expose() }));
        } else {
            terminal.note("open this in a browser, signed in to the gateway:");
            terminal.line(url.expose());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let before = known(&all, who, key).await?;
    terminal.note(format!(
        "open this in a browser, signed in to the gateway:\n  {}",
        url.expose()
    ));
    if !how.no_browser && terminal.is_seen() {
        // The link is shown: whoever has no browser here opens it elsewhere.
        let _ = browser(&invocation.environment).open(url.expose()).await;
    }
    terminal.note("waiting until it is connected; Ctrl-C ends the waiting");
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = all.list(who, Some(key)).await?;
            let fresh = |view: &CredentialView| !before.contains(&(view.id.clone(), view.revision));
            if let Some(view) = now.into_iter().find(fresh) {
                return Ok::<_, keyway_core::Error>(view);
            }
        }
    };
    let Ok(view) = tokio::time::timeout(how.wait, waiting).await else {
        let message = "nobody has connected it in time";
        let failure = Failure::new("connect_timed_out", message);
        return Err(failure.with_hint("the link stays good: open it, or wait longer with --wait"));
    };
    told(&view?, "connected", terminal);
    Ok(ExitCode::SUCCESS)
}

/// What the page is to begin with, as its form says it.
fn chosen(definition: &DefinitionView, command: &Connect) -> Result<Option<String>, Failure> {
    if let (Some(pin), Some(scope)) = (definition.scope, command.scope)
        && pin != scope
    {
        let message = format!(
            "`{}` is looked for at the scope {pin} alone",
            definition.key
        );
        return Err(Failure::usage("wrong_scope", message));
    }
    match (command.scope, &command.project_slug) {
        (None, None) => Ok(None),
        (Some(CredentialScope::Organization), None) => Ok(Some("organization".to_owned())),
        (Some(CredentialScope::User), None) => Ok(Some("user".to_owned())),
        (None | Some(CredentialScope::Project), Some(slug)) => Ok(Some(format!("project {slug}"))),
        (Some(CredentialScope::Project), None) => Err(Failure::usage(
            "project_missing",
            "--scope project needs --project-slug",
        )),
        (Some(_), Some(_)) => Err(Failure::usage(
            "wrong_scope",
            "--project-slug goes with --scope project",
        )),
    }
}

/// What is there, each with how often it was set.
async fn known(
    all: &Credentials,
    who: &Principal,
    key: &str,
) -> Result<Vec<(CredentialId, i64)>, Failure> {
    let views = all.list(who, Some(key)).await?;
    Ok(views
        .into_iter()
        .map(|view| (view.id, view.revision))
        .collect())
}
