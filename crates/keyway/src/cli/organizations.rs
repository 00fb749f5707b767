use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::people::OrganizationView;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway organizations list
  keyway organizations create acme --name \"Acme Inc\"
  keyway invitations create owner@example.com --role owner --organization acme
  keyway organizations rename acme \"Acme Limited\"";

/// List, make and rename organizations
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Organizations {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all organizations
    List,
    /// Make an organization; invite its first owner next
    Create {
        /// Its name in commands and URLs: small letters, digits and dashes
        slug: String,
        /// Its name for people [default: the slug]
        #[arg(long)]
        name: Option<String>,
    },
    /// Give an organization another name for people
    Rename {
        /// Its slug
        slug: String,
        /// The new name
        name: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Organizations,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::open(invocation).await?;
    let (people, who) = (&desk.people, &desk.who);
    match command.command {
        Command::List => {
            let all = people.organizations(who).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "organizations": all }));
            } else {
                let row = |of: &OrganizationView| {
                    vec![
                        of.slug.clone(),
                        of.name.clone(),
                        of.id.to_string(),
                        minute(of.created_at),
                    ]
                };
                let rows: Vec<_> = all.iter().map(row).collect();
                terminal.table(&["SLUG", "NAME", "ID", "MADE"], &rows);
            }
        }
        Command::Create { slug, name } => {
            let name = name.unwrap_or_else(|| slug.clone());
            let made = people.create_organization(who, &slug, &name).await?;
            told(&made, "made", terminal);
        }
        Command::Rename { slug, name } => {
            let there = people.operator_of(who, &slug).await?;
            let view = people.rename_organization(&there, &name, None).await?;
            told(&view, "renamed", terminal);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(view: &OrganizationView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!("{what} {}: {}", view.slug, view.name));
    }
}
