use std::process::ExitCode;

use clap::Args;
use keyway_app::policy::{Access, Explained, Tags, UnknownAccess};
use keyway_core::{
    Actor, ClientId, OrgId, Principal, Role, Scopes, ServiceAccountId, Subject, UserId,
};
use keyway_store::{Store, StoreError};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;

/// The ids of those that are made up for an explanation.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Say what is decided when someone calls a tool, and show the policies behind it
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Who: an email address, `user_…`, `svc_…`, `role:member`, a client's id, `anonymous`, `operator`
    principal: String,
    /// The tool, by the name clients know, or an action's slug
    tool: String,
    /// How they come in: `api_key`, `oauth`, `web`
    #[arg(long, default_value = "api_key")]
    access: String,
    /// The OAuth client they come through; implies `--access oauth`
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// What their token or key is good for
    #[arg(long, default_value = "mcp")]
    scopes: String,
    /// Take a tool that is not known here for one that says it may destroy something
    #[arg(long)]
    destructive: bool,
    /// Take a tool that is not known here for one that says it only reads
    #[arg(long)]
    read_only: bool,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Explain,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    let opened = Local::open(&invocation.gateway, &config).await?;
    let found = principal(&command, &opened).await;
    let explained = found.map(|who| {
        let tags = Tags {
            destructive: command.destructive,
            read_only: command.read_only,
            annotated: command.destructive || command.read_only,
            ..Tags::default()
        };
        opened.app().explain(&who, &command.tool, tags)
    });
    opened.close().await;
    tell(&command, &explained?, terminal);
    Ok(ExitCode::SUCCESS)
}

fn tell(command: &Explain, explained: &Explained, terminal: &mut Terminal) {
    let decision = &explained.decision;
    let verdict = if explained.in_scope {
        decision.verdict.as_str()
    } else {
        "insufficient_scope"
    };
    if terminal.is_json() {
        terminal.value(&json!({
            "principal": command.principal,
            "tool": &*explained.tool.name,
            "decision": verdict,
            "inScope": explained.in_scope,
            "policy": decision.verdict.as_str(),
            "failure": decision.failure,
            "policies": explained.policies,
        }));
        return;
    }
    terminal.line(format!(
        "{} calls {}: {verdict}",
        command.principal, explained.tool.name
    ));
    if !explained.in_scope {
        terminal.line(format!(
            "the scopes are not good for this tool; with wider ones policy says {}",
            decision.verdict.as_str()
        ));
    }
    if let Some(failure) = &decision.failure {
        terminal.line(format!("policy could not be evaluated: {failure}"));
    } else if explained.policies.is_empty() {
        terminal.line("no policy permits it");
    }
    for shown in &explained.policies {
        let doc = shown.doc.as_deref().unwrap_or_default();
        terminal.line(format!(
            "\n{} ({}:{}) {doc}",
            shown.id, shown.file, shown.line
        ));
        for line in shown.text.lines() {
            terminal.line(format!("  {line}"));
        }
    }
}

async fn principal(command: &Explain, opened: &Local) -> Result<Principal, Failure> {
    let scopes: Scopes =
        command
            .scopes
            .parse()
            .map_err(|error: keyway_core::scopes::UnknownScope| {
                Failure::usage("bad_scopes", format!("--scopes: {error}"))
            })?;
    let organization = opened.app().local().organization().clone();
    let text = command.principal.as_str();
    match text {
        "operator" => return Ok(opened.app().local()),
        "anonymous" => return Ok(opened.app().anonymous()),
        _ => {}
    }
    let mut client = command.client.clone();
    let (owner, role) = if let Some(role) = text.strip_prefix("role:") {
        let role = role.parse::<Role>();
        let role = role.map_err(|error| Failure::usage("bad_role", format!("role: {error}")))?;
        (somebody()?, role)
    } else if is_client(text) {
        client = Some(text.to_owned());
        (somebody()?, Role::Member)
    } else {
        stored(text, &organization, opened.store()).await?
    };
    let access = match client {
        Some(_) => Access::OAuth,
        None => command.access.parse().map_err(|error: UnknownAccess| {
            Failure::usage("bad_access", format!("--access: {error}"))
        })?,
    };
    let subject = subject(owner, access, client)?;
    Ok(Principal::new(organization, subject)
        .with_role(role)
        .with_scopes(scopes))
}

fn is_client(text: &str) -> bool {
    let looks = text.starts_with("client_") || text.contains("://");
    looks && text.parse::<ClientId>().is_ok()
}

/// Somebody who is nobody in particular.
fn somebody() -> Result<Actor, Failure> {
    let user = format!("user_{NOBODY}").parse::<UserId>();
    user.map(Actor::User)
        .map_err(|error| Failure::new("bad_id", error.to_string()))
}

/// A person or service account of the organization, and their role now.
async fn stored(text: &str, organization: &OrgId, store: &Store) -> Result<(Actor, Role), Failure> {
    let unknown = || {
        Failure::usage("unknown_principal", "there is no such person or service account in the organization")
            .with_hint("name an email address, `user_…`, `svc_…`, `role:member`, a client's id, `anonymous` or `operator`")
    };
    let broken = |error: StoreError| Failure::new("store_unusable", error.to_string());
    if let Ok(id) = text.parse::<ServiceAccountId>() {
        let found = store
            .service_account(organization, &id)
            .await
            .map_err(broken)?;
        let account = found.ok_or_else(unknown)?;
        return Ok((Actor::ServiceAccount(id), account.role));
    }
    let user = if let Ok(id) = text.parse::<UserId>() {
        id
    } else {
        let person = store.person_by_email(text).await.map_err(broken)?;
        person.ok_or_else(unknown)?.id
    };
    let role = store.role(organization, &user).await.map_err(broken)?;
    Ok((Actor::User(user), role.ok_or_else(unknown)?))
}

fn subject(owner: Actor, access: Access, client: Option<String>) -> Result<Subject, Failure> {
    let bad = |error: String| Failure::usage("bad_principal", error);
    let made_up = |prefix: &str| format!("{prefix}_{NOBODY}");
    Ok(match (access, owner) {
        (Access::OAuth, owner) => Subject::Token {
            grant: made_up("grant")
                .parse()
                .map_err(|error: keyway_core::ids::BadId| bad(error.to_string()))?,
            client: client
                .unwrap_or_else(|| made_up("client"))
                .parse()
                .map_err(|_| bad("--client: expected a client's id".into()))?,
            owner,
        },
        (Access::Web, Actor::User(user)) => Subject::WebSession {
            session: made_up("web")
                .parse()
                .map_err(|error: keyway_core::ids::BadId| bad(error.to_string()))?,
            user,
        },
        (Access::ApiKey, owner) => Subject::ApiKey {
            key: made_up("key")
                .parse()
                .map_err(|error: keyway_core::ids::BadId| bad(error.to_string()))?,
            owner,
        },
        _ => return Err(bad("--access: expected api_key, oauth or web".into())),
    })
}
