//! `keyway sessions`: conversations with agents: what was said, going on, stopping.

mod follow;
mod print;
mod send;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::agents::ListSessions;
use keyway_core::{Principal, SessionId};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id};
use super::terminal::Terminal;

pub(super) use print::{list as print_list, told, whole};

const EXAMPLES: &str = "\
Examples:
  keyway sessions list --agent researcher           the last begun first
  keyway sessions show sess_0198…                   what was said in one, and what it took
  keyway sessions follow sess_0198…                 until nothing goes on in it any more
  keyway sessions send --agent researcher --message 'Who is Ada?' --follow
  keyway sessions send sess_0198… --message 'And then?'
  keyway sessions stop sess_0198…                   the turn that runs, and what waits
  keyway sessions archive sess_0198…                nothing more is said in it

A running gateway says to the agent what is sent. You are the operator here: you send into sessions that
you began, and see, stop and archive all of the organization.";

/// List, show, follow, stop and archive sessions of agents, and send messages
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sessions {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the sessions, the last begun first
    List {
        /// Those of this agent
        #[arg(long, value_name = "SLUG")]
        agent: Option<String>,
        /// Those that are like this
        #[arg(long, value_parser = ["idle", "running", "finished", "interrupted", "budget", "failed"])]
        status: Option<String>,
        /// Those that were archived as well
        #[arg(long)]
        archived: bool,
        /// The most sessions to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a session, and what was said in it
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    Follow(follow::Follow),
    Send(send::Send),
    /// Stop the turn that runs in a session, and what waits to be said in it
    Stop {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Archive a session: it can be read, and nothing more is said in it
    Archive {
        /// Its id, as `list` shows it
        id: String,
        /// Take it out of the archive instead
        #[arg(long)]
        undo: bool,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Sessions,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let people = local.app().people();
    let done = match people.operator_of(&operator, organization).await {
        Ok(who) => Box::pin(dispatch(&local, &who, command.command, terminal)).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    local: &Local,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    match command {
        Command::List {
            agent,
            status,
            archived,
            limit,
            cursor,
        } => {
            let list = ListSessions {
                agent: agent.as_deref(),
                status: status.as_deref(),
                archived,
                cursor: cursor.as_deref(),
                limit,
                ..ListSessions::default()
            };
            print_list(&app.sessions().list(who, &list).await?, terminal);
        }
        Command::Show { id } => {
            let (session, events) = whole(&app.sessions(), who, &session(&id)?).await?;
            told(&session, &events, terminal);
        }
        Command::Follow(command) => return follow::run(app, who, command, terminal).await,
        Command::Send(command) => return send::run(app, who, command, terminal).await,
        Command::Stop { id } => {
            let stopped = app.interrupt(who, &session(&id)?).await?;
            if terminal.is_json() {
                terminal.value(&json!(stopped));
            } else if stopped.is_any() {
                let turn = if stopped.running {
                    "the turn"
                } else {
                    "no turn"
                };
                terminal.line(format!(
                    "stopped {turn}, and {} messages that waited",
                    stopped.queued
                ));
            } else {
                terminal.line("nothing goes on that could be stopped");
            }
        }
        Command::Archive { id, undo } => {
            let id = session(&id)?;
            let changed = if undo {
                app.unarchive_session(who, &id).await?
            } else {
                app.archive_session(who, &id).await?
            };
            if terminal.is_json() {
                terminal.value(&json!(changed));
            } else if undo {
                terminal.line(format!("{id} may go on"));
            } else {
                terminal.line(format!("{id} is archived"));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn session(text: &str) -> Result<SessionId, Failure> {
    id(text, "keyway sessions list")
}
