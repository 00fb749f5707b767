use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::jobs::{JobView, ListJobs};
use keyway_core::JobId;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, Organization, id, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway call --background report:make   queue a job
  keyway jobs list --state dead          those that were given up
  keyway jobs show job_0198…             how far one is, and what went wrong
  keyway jobs retry job_0198…            queue it again
  keyway jobs cancel job_0198…           take it back";

/// List, show, retry and cancel jobs: actions that run in the background
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Jobs {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the jobs of the organization, the last queued first
    List {
        /// Those in this state: queued, running, done, dead or cancelled
        #[arg(long)]
        state: Option<String>,
        /// The most jobs to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a job
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Queue a job again that died or was cancelled
    Retry {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Take back a job that has not ended
    Cancel {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Jobs,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::of(invocation, &command.organization).await?;
    let (jobs, who) = (desk.jobs(), &desk.who);
    match command.command {
        Command::List {
            state,
            limit,
            cursor,
        } => {
            let list = ListJobs {
                state: state.as_deref(),
                cursor: cursor.as_deref(),
                limit,
            };
            let page = jobs.list(who, &list).await?;
            if terminal.is_json() {
                terminal.value(&json!(page));
            } else {
                let rows: Vec<_> = page.jobs.iter().map(row).collect();
                terminal.table(
                    &["ID", "ACTION", "STATE", "TRIES", "QUEUED", "ERROR"],
                    &rows,
                );
                if let Some(next) = &page.next_cursor {
                    terminal.note(format!("there are more: --cursor {next}"));
                }
            }
        }
        Command::Show { id } => told(&jobs.show(who, &job(&id)?).await?, terminal),
        Command::Retry { id } => told(&jobs.retry(who, &job(&id)?).await?, terminal),
        Command::Cancel { id } => told(&jobs.cancel(who, &job(&id)?).await?, terminal),
    }
    Ok(ExitCode::SUCCESS)
}

fn job(text: &str) -> Result<JobId, Failure> {
    id(text, "keyway jobs list")
}

fn row(of: &JobView) -> Vec<String> {
    vec![
        of.id.to_string(),
        of.action.clone(),
        of.state.to_owned(),
        format!("{}/{}", of.attempts, of.max_attempts),
        minute(of.created_at),
        of.last_error.clone().unwrap_or_default(),
    ]
}

/// Shows one job.
pub(super) fn told(of: &JobView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    let tries = format!("tried {} of {} times", of.attempts, of.max_attempts);
    terminal.line(format!("{} {}: {}, {tries}", of.id, of.action, of.state));
    if let Some(error) = &of.last_error {
        terminal.line(format!("last error: {error}"));
    }
}
