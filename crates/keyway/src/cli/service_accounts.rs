use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::people::ServiceAccountView;
use keyway_core::Role;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization, id, minute, role};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway service-accounts create ci
  keyway api-keys create ci-key --service-account svc_0198… --scope mcp:tools
  keyway service-accounts disable svc_0198…";

/// Make and end identities for machines
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ServiceAccounts {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a service account
    Create {
        /// Its name; unique in the organization
        name: String,
        /// admin or member
        #[arg(long, default_value = "member", value_parser = role)]
        role: Role,
    },
    /// List the service accounts of the organization
    List,
    /// Keep it out: its keys and tokens stop working at once
    Disable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Let it in again
    Enable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Delete it with everything it could come in with
    Delete {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: ServiceAccounts,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    const LIST: &str = "keyway service-accounts list";
    let desk = Desk::of(invocation, &command.organization).await?;
    let (people, who) = (&desk.people, &desk.who);
    match command.command {
        Command::Create { name, role } => {
            let made = people.create_service_account(who, &name, role).await?;
            told(&made, "made", terminal);
        }
        Command::List => {
            let all = people.service_accounts(who).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "serviceAccounts": all }));
            } else {
                let row = |of: &ServiceAccountView| {
                    vec![
                        of.id.to_string(),
                        of.name.clone(),
                        of.role.to_string(),
                        minute(of.created_at),
                        of.disabled_at.map_or_else(|| "-".into(), minute),
                    ]
                };
                let rows: Vec<_> = all.iter().map(row).collect();
                terminal.table(&["ID", "NAME", "ROLE", "MADE", "DISABLED"], &rows);
            }
        }
        Command::Disable { id: text } => {
            let account = id(&text, LIST)?;
            let view = people.disable_service_account(who, &account).await?;
            told(&view, "disabled", terminal);
        }
        Command::Enable { id: text } => {
            let account = id(&text, LIST)?;
            let view = people.enable_service_account(who, &account).await?;
            told(&view, "enabled", terminal);
        }
        Command::Delete { id: text } => {
            let account = id(&text, LIST)?;
            people.delete_service_account(who, &account).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": account, "state": "deleted" }));
            } else {
                terminal.line(format!("deleted {account}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(view: &ServiceAccountView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!("{what} {} ({})", view.name, view.id));
    }
}
