use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::people::MemberView;
use keyway_core::Role;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization, member, minute, role};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway users list
  keyway users reset-link ada@example.com   for a forgotten password
  keyway users role ada@example.com admin
  keyway users disable user_0198…
  keyway users remove ada@example.com --organization acme";

/// List people, give them roles, reset passwords, keep them out
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Users {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the members of the organization
    List,
    /// Make a link to choose another password: it works once, for an hour
    ResetLink {
        /// The person's e-mail address
        email: String,
    },
    /// Keep a person out everywhere: tokens and web sessions end for good, keys until they are enabled
    Disable {
        /// The person: an e-mail address, or an id as `list` shows it
        user: String,
    },
    /// Let a disabled person in again: their API keys work again, what they let apps do has ended
    Enable {
        /// The person: an e-mail address, or an id as `list` shows it
        user: String,
    },
    /// Remove a person from the organization, with everything they came in with
    Remove {
        /// The person: an e-mail address, or an id as `list` shows it
        user: String,
    },
    /// Give a person another role
    Role {
        /// The person: an e-mail address, or an id as `list` shows it
        user: String,
        /// owner, admin or member
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Vouch for a person's e-mail address: then it accepts invitations and links identities
    Verify {
        /// The person's e-mail address
        email: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Users,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::of(invocation, &command.organization).await?;
    let (people, who) = (&desk.people, &desk.who);
    match command.command {
        Command::List => list(&people.members(who).await?, terminal),
        Command::ResetLink { email } => {
            let link = people.make_reset_link(who, &email).await?;
            let url = desk.url(&link.path());
            if terminal.is_json() {
                terminal.value(&json!({ "url": url.expose(), "expiresAt": link.expires_at }));
            } else {
                terminal.note(format!(
                    "whoever opens this may set their password; it works once, until {}:",
                    minute(link.expires_at)
                ));
                terminal.line(url.expose());
            }
        }
        Command::Disable { user } => {
            let user = member(people, who, &user).await?;
            let view = people.disable_user(who, &user).await?;
            told(&view, "disabled", terminal);
        }
        Command::Enable { user } => {
            let user = member(people, who, &user).await?;
            told(&people.enable_user(who, &user).await?, "enabled", terminal);
        }
        Command::Remove { user } => {
            let user = member(people, who, &user).await?;
            people.remove_member(who, &user).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": user, "state": "removed" }));
            } else {
                terminal.line(format!("removed {user}"));
            }
        }
        Command::Role { user, role } => {
            let user = member(people, who, &user).await?;
            let view = people.set_role(who, &user, role).await?;
            told(&view, &format!("now {role}"), terminal);
        }
        Command::Verify { email } => {
            people.verify_email(who, &email).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "email": email, "state": "verified" }));
            } else {
                terminal.line("verified");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(view: &MemberView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!("{} ({}) is {what}", view.name, view.id));
    }
}

fn list(members: &[MemberView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "members": members }));
        return;
    }
    let rows: Vec<_> = members
        .iter()
        .map(|member| {
            vec![
                member.id.to_string(),
                member.name.clone(),
                member.email.clone().unwrap_or_else(|| "-".into()),
                member.role.to_string(),
                minute(member.created_at),
                member.disabled_at.map_or_else(|| "-".into(), minute),
            ]
        })
        .collect();
    let head = ["ID", "NAME", "EMAIL", "ROLE", "SINCE", "DISABLED"];
    terminal.table(&head, &rows);
}
