use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_client::calls::Servers;
use keyway_client::skills::{Report, export};
use keyway_core::ports::UpstreamState;
use serde_json::json;

use super::{patience, plain, select};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, ServerStatus, Start};

const EXAMPLES: &str = "\
Examples:
  keyway mcp skills                           bring ~/.keyway/skills in line with your servers
  keyway mcp skills --out ~/.claude/skills    the same for another agent's folder

Every connected server gets a folder with a SKILL.md and a schema file for each tool. Folders of
servers that are gone are removed. Whatever Keyway did not write is left alone.";

/// Write your servers' tools as skills: folders that an agent reads when it needs them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Skills {
    /// Write into this folder, for another agent: tools are called with `keyway mcp call`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How long servers are given to connect
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = patience)]
    wait: Duration,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Skills,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    LocalClient::run(invocation, Options::once(Start::All), async |client| {
        client.wait_settled(command.wait).await;
        let servers = Servers::servers(client);
        let (folder, report) = if let Some(out) = &command.out {
            let out = invocation.directory.join(out);
            let report = export(&out, &servers, client.scope().as_ref());
            (out, report)
        } else {
            let skills = client.skills();
            let report = skills.sync(&servers, client.scope().as_ref());
            (skills.path().to_owned(), report)
        };
        let report = report.map_err(|error| unusable(&folder, &error))?;
        show(client, &folder, &report, terminal);
        Ok(if report.failed.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    })
    .await
}

fn show(client: &LocalClient, folder: &Path, report: &Report, terminal: &mut Terminal) {
    select::warn(client, terminal);
    for ServerStatus { status, .. } in client.statuses() {
        let rests = matches!(
            status.state,
            UpstreamState::Connected | UpstreamState::Configured
        );
        if !rests {
            terminal.warn(format!("{}: {}", status.name, select::why(&status)));
        }
    }
    for foreign in &report.foreign {
        terminal.warn(format!(
            "{}: left alone, for Keyway did not write it; move it away to have the skill of `{}` \
             there",
            foreign.path.display(),
            foreign.server
        ));
    }
    for (server, error) in &report.failed {
        terminal.warn(format!("{server}: could not be written: {}", plain(error)));
    }
    if terminal.is_json() {
        terminal.value(&json!({
            "folder": folder,
            "written": report.written,
            "kept": report.marked,
            "removed": report.removed,
            "leftAlone": report.foreign.iter().map(|one| &one.path).collect::<Vec<_>>(),
            "failed": report.failed.iter().map(|(server, _)| server).collect::<Vec<_>>(),
        }));
        return;
    }
    let told = |what: &str, servers: &[String], terminal: &mut Terminal| {
        if !servers.is_empty() {
            terminal.line(format!("{what}: {}", servers.join(", ")));
        }
    };
    terminal.line(format!("skills in {}", folder.display()));
    told("written", &report.written, terminal);
    told("kept as they were", &report.marked, terminal);
    told("removed", &report.removed, terminal);
}

fn unusable(folder: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "it is not a folder".into(),
        _ => error.to_string(),
    };
    let message = format!("cannot write skills into {}: {why}", folder.display());
    Failure::new("unwritable_folder", message)
}
