use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use keyway_app::system::SystemClock;
use keyway_client::approvals::{AllowList, Approvals, ApprovalsError};
use keyway_client::text::line;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::select::warn_of_files;
use crate::cli::terminal::Terminal;
use crate::local::Home;

const EXAMPLES: &str = "\
Examples:
  keyway approvals remembered                    the tools you are not asked about any more
  keyway approvals remembered --revoke 3f2a91c0de
  keyway approvals remembered --all              be asked about every tool again";

/// List the answers `always`, or take them back
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Remembered {
    /// Take one answer back
    #[arg(long, value_name = "ID")]
    revoke: Option<String>,
    /// Take all answers back
    #[arg(long, conflicts_with = "revoke")]
    all: bool,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &Remembered,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let home = Home::of(&invocation.environment, &invocation.directory)?;
    warn_of_files(invocation, terminal);
    let clock = Arc::new(SystemClock);
    let approvals = Approvals::new(home.dir(), AllowList::default(), clock);
    if command.all {
        let count = approvals.revoke_all().map_err(|error| failure(&error))?;
        if terminal.is_json() {
            terminal.value(&json!({ "revoked": count }));
        } else {
            terminal.line(format!("{count} taken back"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(id) = &command.revoke {
        let revoked = approvals.revoke(id).map_err(|error| failure(&error))?;
        let Some(revoked) = revoked else {
            let message = "there is no answer with this id";
            return Err(Failure::usage("unknown_approval", message)
                .with_hint("`keyway approvals remembered` lists them"));
        };
        if terminal.is_json() {
            terminal.value(&json!({ "revoked": 1, "answer": revoked }));
        } else {
            let tool = line(&revoked.key.tool, 256);
            terminal.line(format!("taken back: {tool} of {}", revoked.key.server));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let remembered = approvals.remembered().map_err(|error| failure(&error))?;
    if terminal.is_json() {
        terminal.value(&json!({ "remembered": remembered }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = remembered
        .iter()
        .map(|one| {
            let whose = match one.key.profile.as_str() {
                "" => "yours".to_owned(),
                project => format!("project {project}"),
            };
            let since = one.at.strftime("%Y-%m-%d %H:%M").to_string();
            let tool = line(&one.key.tool, 256);
            vec![one.id.clone(), one.key.server.clone(), tool, whose, since]
        })
        .collect();
    if rows.is_empty() {
        terminal.note("nothing is remembered: you are asked before each call");
    } else {
        terminal.table(&["ID", "SERVER", "TOOL", "WHOSE", "SINCE (UTC)"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn failure(error: &ApprovalsError) -> Failure {
    Failure::new("approvals_unusable", error.to_string()).with_hint(
        "nothing counts as approved until it is put right; `keyway approvals remembered --all` \
         begins anew",
    )
}
