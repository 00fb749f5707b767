use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::people::ProjectView;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization, id, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway projects create web --name \"The web site\"
  keyway projects list
  keyway projects rename proj_0198… Site
  keyway projects delete proj_0198…";

/// List, make, rename and delete projects
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Projects {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the projects of the organization
    List,
    /// Make a project
    Create {
        /// Its name in commands and URLs: small letters, digits and dashes
        slug: String,
        /// Its name for people [default: the slug]
        #[arg(long)]
        name: Option<String>,
    },
    /// Give a project another name for people
    Rename {
        /// Its id, as `list` shows it
        id: String,
        /// The new name
        name: String,
    },
    /// Delete a project
    Delete {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Projects,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    const LIST: &str = "keyway projects list";
    let desk = Desk::of(invocation, &command.organization).await?;
    let (people, who) = (&desk.people, &desk.who);
    match command.command {
        Command::List => {
            let all = people.projects(who).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "projects": all }));
            } else {
                let row = |of: &ProjectView| {
                    vec![
                        of.id.to_string(),
                        of.slug.clone(),
                        of.name.clone(),
                        minute(of.created_at),
                    ]
                };
                let rows: Vec<_> = all.iter().map(row).collect();
                terminal.table(&["ID", "SLUG", "NAME", "MADE"], &rows);
            }
        }
        Command::Create { slug, name } => {
            let name = name.unwrap_or_else(|| slug.clone());
            let made = people.create_project(who, &slug, &name).await?;
            told(&made, "made", terminal);
        }
        Command::Rename { id: text, name } => {
            let project = id(&text, LIST)?;
            let view = people.rename_project(who, &project, &name).await?;
            told(&view, "renamed", terminal);
        }
        Command::Delete { id: text } => {
            let project = id(&text, LIST)?;
            people.delete_project(who, &project).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": project, "state": "deleted" }));
            } else {
                terminal.line(format!("deleted {project}"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(view: &ProjectView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!("{what} {}: {} ({})", view.slug, view.name, view.id));
    }
}
