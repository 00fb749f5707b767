use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::rows::{LOCAL_HEAD, table};
use super::{Target, patience, remote, select};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::{Finding, Severity};
use crate::local::{LocalClient, Options, Start};

const EXAMPLES: &str = "\
Examples:
  keyway mcp status                              your own servers and the project's
  keyway mcp status github --wait 30s            one of them, given time
  keyway mcp status --server http://127.0.0.1:8420 --json

States: configured, connecting, connected, disconnected, auth_required (`keyway mcp connect`),
auth_failed.";

/// Show MCP servers and the state of each: your own, or with --server those behind a gateway
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Status {
    /// Only these of your own servers
    #[arg(value_name = "NAME", conflicts_with = "server")]
    names: Vec<String>,
    /// How long servers are given to connect; `0` connects to none
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = patience)]
    wait: Duration,
    #[command(flatten)]
    target: Target,
}

/// How long a child process is given to leave once everything was shown.
const GRACE: Duration = Duration::from_millis(250);

pub(super) async fn run(
    invocation: &Invocation,
    command: &Status,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    if let Some(gateway) = command.target.gateway(invocation, terminal)? {
        select::nothing_named(command.names.first())?;
        return remote::status::run(&gateway, terminal).await;
    }
    let start = match (command.wait.is_zero(), command.names.is_empty()) {
        (true, _) => Start::Nothing,
        (false, true) => Start::All,
        (false, false) => Start::Only(command.names.clone()),
    };
    let options = Options {
        grace: GRACE,
        ..Options::once(start)
    };
    LocalClient::run(invocation, options, async |client| {
        for name in &command.names {
            select::known(client, name)?;
        }
        client.wait_settled(command.wait).await;
        show(client, &command.names, terminal);
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn show(client: &LocalClient, names: &[String], terminal: &mut Terminal) {
    let mut statuses = client.statuses();
    if !names.is_empty() {
        statuses.retain(|status| names.contains(&status.status.name));
    }
    let servers: Vec<_> = statuses.iter().map(|status| json!(status)).collect();
    let findings = client.findings();
    let warnings: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning)
        .collect();
    if terminal.is_json() {
        let warnings: Vec<_> = warnings.into_iter().map(Finding::to_json).collect();
        terminal.value(&json!({ "servers": servers, "warnings": warnings }));
        return;
    }
    for warning in warnings {
        terminal.warn(warning.to_string());
    }
    if servers.is_empty() {
        terminal.line("no MCP servers are configured");
        let file = client.home().user_file();
        terminal.note(format!("`keyway mcp add` puts one into {}", file.display()));
        return;
    }
    table(&servers, &LOCAL_HEAD, terminal);
}
