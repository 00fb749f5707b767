use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_core::Role;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization, id, minute, role};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway invitations create grace@example.com
  keyway invitations create owner@example.com --role owner --organization acme
  keyway invitations list
  keyway invitations revoke inv_0198…";

/// Invite people, and take invitations back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Invitations {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Invite someone; no mail is sent: hand the link on. It works once, for 7 days
    Create {
        /// Their e-mail address
        email: String,
        /// owner, admin or member
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// List all invitations; never their links
    List,
    /// Take an invitation back
    Revoke {
        /// The invitation's id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Invitations,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::of(invocation, &command.organization).await?;
    let (people, who) = (&desk.people, &desk.who);
    match command.command {
        Command::Create { email, role } => {
            let made = people.invite(who, &email, role).await?;
            let url = desk.url(&made.path());
            if terminal.is_json() {
                let mut value = serde_json::to_value(&made.view).unwrap_or_default();
                if let Some(value) = value.as_object_mut() {
                    value.insert("url".into(), url.expose().as_str().into());
                }
                terminal.value(&value);
            } else {
                terminal.note(format!(
                    "hand this to {}; it works once, until {}:",
                    made.view.email,
                    minute(made.view.expires_at)
                ));
                terminal.line(url.expose());
            }
        }
        Command::List => {
            let all = people.invitations(who).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "invitations": all }));
            } else {
                let row = |of: &keyway_app::people::InvitationView| {
                    let state = serde_json::to_value(of.state).unwrap_or_default();
                    vec![
                        of.id.to_string(),
                        of.email.clone(),
                        of.role.to_string(),
                        state.as_str().unwrap_or("-").to_owned(),
                        minute(of.created_at),
                        minute(of.expires_at),
                    ]
                };
                let rows: Vec<_> = all.iter().map(row).collect();
                terminal.table(&["ID", "EMAIL", "ROLE", "STATE", "MADE", "EXPIRES"], &rows);
            }
        }
        Command::Revoke { id: text } => {
            let invitation = id(&text, "keyway invitations list")?;
            people.revoke_invitation(who, &invitation).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": invitation, "state": "revoked" }));
            } else {
                terminal.line(format!("revoked {invitation}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
