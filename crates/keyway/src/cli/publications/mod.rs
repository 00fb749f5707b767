//! `keyway publications`: agents that are reached by webhooks.

mod flags;
mod shown;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::publications::PublicationPatch;
use keyway_core::{Principal, PublicationId};
use serde_json::json;

use self::flags::{Changed, New};
use self::shown::{list, made, told, usage};
use super::confirm::confirmed;
use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id};
use super::terminal::Terminal;
use crate::config::Config;

const EXAMPLES: &str = "\
Examples:
  keyway publications add \"CI alerts\" --agent triage --service-account svc_0198… --settings ci.json
  keyway publications list
  keyway publications change pub_0198… --triggers triggers.json
  keyway publications change pub_0198… --cron \"0 9 * * 1-5\" --message \"Sum up what is open\"
  keyway publications change pub_0198… --limit turnsPerDay=100 --limit tokensPerDay=2000000
  keyway publications usage pub_0198…
  keyway publications pause pub_0198…
  keyway publications remove pub_0198… --yes";

/// Publish agents: what a third party signs and sends to a webhook is said to one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Publications {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish an agent. Shows where webhooks go to, and once the secret they are signed with
    Add {
        /// Its name, for people
        name: String,
        #[command(flatten)]
        with: New,
    },
    /// List them, the last made first
    List,
    /// Show one
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Show what one took, by days of UTC
    Usage {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Change one; what is not given stays
    Change {
        /// Its id, as `list` shows it
        id: String,
        #[command(flatten)]
        with: Changed,
    },
    /// Have nothing wake the agent for now; what comes is recorded and ignored
    Pause {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Have webhooks wake the agent again
    Resume {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Remove one: its address is nobody's and its secret is gone
    Remove {
        /// Its id, as `list` shows it
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Publications,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let done = match local
        .app()
        .people()
        .operator_of(&operator, organization)
        .await
    {
        Ok(who) => {
            let at = At {
                invocation,
                config: &config,
                local: &local,
                who: &who,
            };
            at.dispatch(command.command, terminal).await
        }
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

/// Where a command works, and as whom.
struct At<'a> {
    invocation: &'a Invocation,
    config: &'a Config,
    local: &'a Local,
    who: &'a Principal,
}

impl At<'_> {
    async fn dispatch(
        &self,
        command: Command,
        terminal: &mut Terminal,
    ) -> Result<ExitCode, Failure> {
        let (all, who) = (self.local.app().publications(), self.who);
        match command {
            Command::Add { name, with } => {
                let draft = with.draft(self.invocation, name, terminal)?;
                made(&all.create(who, &draft).await?, self.config, terminal);
            }
            Command::List => {
                let (mut rows, mut cursor) = (Vec::new(), None);
                loop {
                    let page = all.list(who, cursor.as_deref(), Some(200)).await?;
                    rows.extend(page.publications);
                    cursor = page.next_cursor;
                    if cursor.is_none() {
                        break;
                    }
                }
                list(&rows, terminal);
            }
            Command::Show { id } => {
                let view = all.show(who, &publication(&id)?).await?;
                told(&view, self.config, terminal);
            }
            Command::Usage { id } => {
                usage(&all.usage(who, &publication(&id)?).await?, terminal);
            }
            Command::Change { id, with } => self.change(&id, with.patch()?, terminal).await?,
            Command::Pause { id } => self.change(&id, paused(true), terminal).await?,
            Command::Resume { id } => self.change(&id, paused(false), terminal).await?,
            Command::Remove { id, yes } => {
                let id = publication(&id)?;
                let view = all.show(who, &id).await?;
                let question = format!("Remove {}?", view.name);
                if !yes && !confirmed(terminal, &question, "give --yes")? {
                    return Ok(ExitCode::FAILURE);
                }
                all.remove(who, &id).await?;
                if terminal.is_json() {
                    terminal.value(&json!({ "id": id, "state": "removed" }));
                } else {
                    terminal.line(format!("{} is removed", view.name));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn change(
        &self,
        id: &str,
        patch: PublicationPatch,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let publications = self.local.app().publications();
        let id = publication(id)?;
        let changed = publications.change(self.who, &id, patch).await?;
        told(&changed, self.config, terminal);
        Ok(())
    }
}

fn publication(text: &str) -> Result<PublicationId, Failure> {
    id(text, "keyway publications list")
}

fn paused(paused: bool) -> PublicationPatch {
    PublicationPatch {
        paused: Some(paused),
        ..PublicationPatch::default()
    }
}
