use std::process::ExitCode;

use clap::Subcommand;
use keyway_app::agents::ListSessions;
use keyway_core::SessionId;

use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::people::id;
use crate::cli::sessions::{print_list, told, whole};
use crate::cli::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the sessions, the last begun first
    List {
        /// Those of this agent
        #[arg(long, value_name = "SLUG")]
        agent: Option<String>,
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
}

pub(super) async fn run(
    local: &Local,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    let (sessions, who) = (app.sessions(), app.local());
    match command {
        Command::List {
            agent,
            limit,
            cursor,
        } => {
            let list = ListSessions {
                agent: agent.as_deref(),
                cursor: cursor.as_deref(),
                limit,
                ..ListSessions::default()
            };
            print_list(&sessions.list(&who, &list).await?, terminal);
        }
        Command::Show { id: text } => {
            let id: SessionId = id(&text, "keyway agents sessions list")?;
            let (session, events) = whole(&sessions, &who, &id).await?;
            told(&session, &events, terminal);
        }
    }
    Ok(ExitCode::SUCCESS)
}
