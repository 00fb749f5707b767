use clap::{ArgGroup, Args, Subcommand};
use keyway_app::oauth::{GrantPage, GrantsWanted, RevokeGrants};
use keyway_core::{Actor, GrantId};
use serde_json::json;

use super::super::failure::Failure;
use super::super::people::{Desk, id, minute};
use super::super::terminal::Terminal;
use super::clients::client;

const LIST: &str = "keyway oauth grants list";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List grants, the newest first
    List(List),
    /// End grants: their tokens stop working and their streams end at once
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Those of this client
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Those this person or service account gave
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Also those that are over or were revoked
    #[arg(long)]
    ended: bool,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u32,
    /// Go on after this one, which the page before ended with
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["id", "client", "user", "all"])))]
pub(super) struct Revoke {
    /// One grant, as `list` shows it
    id: Option<String>,
    /// All of one client
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// All that one person or service account gave
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// All of the organization
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(
    desk: &Desk,
    command: Command,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let (oauth, who) = (desk.oauth(), &desk.who);
    match command {
        Command::List(list) => {
            let wanted = GrantsWanted {
                client: list.client.as_deref().map(client).transpose()?,
                owner: list.user.as_deref().map(owner).transpose()?,
                ended: list.ended,
                search: None,
                after: list.after.map(|text| grant(&text)).transpose()?,
                limit: Some(list.limit),
            };
            show(&oauth.grants(who, &wanted).await?, terminal);
        }
        Command::Revoke(Revoke { id: Some(text), .. }) => {
            let grant = grant(&text)?;
            oauth.revoke_grant(who, &grant).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": grant, "state": "revoked" }));
            } else {
                terminal.line(format!(
                    "revoked {grant}; a running gateway notices within a second"
                ));
            }
        }
        Command::Revoke(revoke) => {
            let which = match (&revoke.client, &revoke.user) {
                (Some(text), _) => RevokeGrants::Client(client(text)?),
                (None, Some(text)) => RevokeGrants::Owner(owner(text)?),
                (None, None) => RevokeGrants::All,
            };
            let count = oauth.revoke_grants(who, &which).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "revoked": count }));
            } else {
                terminal.line(format!(
                    "revoked {count}; a running gateway notices within a second"
                ));
            }
        }
    }
    Ok(())
}

fn grant(text: &str) -> Result<GrantId, Failure> {
    id(text, LIST)
}

/// A person or a service account from the command line.
fn owner(text: &str) -> Result<Actor, Failure> {
    if text.starts_with("svc_") {
        return Ok(Actor::ServiceAccount(id(
            text,
            "keyway service-accounts list",
        )?));
    }
    Ok(Actor::User(id(text, "keyway users list")?))
}

fn show(page: &GrantPage, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(page));
        return;
    }
    let rows: Vec<_> = page
        .grants
        .iter()
        .map(|grant| {
            let state = serde_json::to_value(grant.state).unwrap_or_default();
            vec![
                grant.id.to_string(),
                grant.client_name.clone(),
                grant.owner_name.clone(),
                grant.scopes.clone(),
                state.as_str().unwrap_or("-").to_owned(),
                minute(grant.created_at),
                grant.last_used_at.map_or_else(|| "-".to_owned(), minute),
                minute(grant.expires_at),
            ]
        })
        .collect();
    let head = [
        "ID",
        "CLIENT",
        "GIVEN BY",
        "SCOPES",
        "STATE",
        "SINCE",
        "LAST USED",
        "ENDS",
    ];
    terminal.table(&head, &rows);
    if let Some(next) = &page.next {
        terminal.note(format!("there may be more: --after {next}"));
    }
}
