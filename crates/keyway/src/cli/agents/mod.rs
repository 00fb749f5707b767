//! `keyway agents`: the agents of this gateway, and talking to them.

mod prompt;
mod servers;
mod sessions;
mod show;
mod watch;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::agents::AgentView;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::terminal::Terminal;
use crate::config::suggest;

const EXAMPLES: &str = "\
Examples:
  keyway agents list                                       the agents
  keyway agents show researcher                            one of them
  keyway agents prompt researcher --message 'Who is Ada?'  say something, and print what comes back
  keyway agents prompt researcher --message 'And then?' --session-id sess_0198…
  keyway agents sessions list --agent researcher           what was said before
  keyway agents sessions show sess_0198…                   all of it

Agents are defined in Rust or under `agents` in keyway.yaml. What answers them is under `models`; keys
come from ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY and OPENROUTER_API_KEY as well.";

/// List agents, talk to them, and look at their sessions
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Agents {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the agents
    List,
    /// Show an agent
    Show {
        /// Its slug
        slug: String,
    },
    Prompt(prompt::Prompt),
    /// List sessions, or show one
    Sessions {
        #[command(subcommand)]
        command: sessions::Command,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Agents,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command.command {
        Command::Prompt(command) => Box::pin(prompt::run(invocation, command, terminal)).await,
        Command::List => {
            let local = opened(invocation).await?;
            list(&local, terminal);
            local.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { slug } => {
            let local = opened(invocation).await?;
            let found = find(&local, &slug);
            local.close().await;
            show::show(&found?, terminal);
            Ok(ExitCode::SUCCESS)
        }
        Command::Sessions { command } => {
            let local = opened(invocation).await?;
            let done = sessions::run(&local, command, terminal).await;
            local.close().await;
            done
        }
    }
}

async fn opened(invocation: &Invocation) -> Result<Local, Failure> {
    let loaded = invocation.configuration()?;
    Local::open(&invocation.gateway, &loaded.config).await
}

fn list(local: &Local, terminal: &mut Terminal) {
    let app = local.app();
    let agents = app.agents(&app.local());
    if terminal.is_json() {
        terminal.value(&json!({ "agents": agents }));
    } else if agents.is_empty() {
        terminal.line("no agent is defined");
    } else {
        let row = |agent: &AgentView| {
            let line = agent.description.lines().next().unwrap_or_default();
            vec![agent.slug.clone(), agent.model.clone(), line.to_owned()]
        };
        let rows: Vec<_> = agents.iter().map(row).collect();
        terminal.table(&["AGENT", "MODEL", "DESCRIPTION"], &rows);
    }
}

/// An agent by its slug; for one that is not there, what may be meant.
fn find(local: &Local, slug: &str) -> Result<AgentView, Failure> {
    let app = local.app();
    let all = app.agents(&app.local());
    if let Some(found) = all.iter().find(|agent| agent.slug == slug) {
        return Ok(found.clone());
    }
    let failure = Failure::usage("agent_not_found", "there is no agent of this name");
    let near = suggest::nearest(slug, all.iter().map(|agent| agent.slug.as_str()));
    Err(match near {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure.with_hint("`keyway agents list` shows them"),
    })
}
