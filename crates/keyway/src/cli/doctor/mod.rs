//! `keyway doctor`: is the setup sound?

mod command;
mod files;
mod network;
mod report;

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use self::report::{Check, Outcome};
use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;
use crate::config::{Finding, Loaded, Severity};

const EXAMPLES: &str = "\
Examples:
  keyway doctor                 check everything
  keyway doctor --offline       everything that needs no network
  keyway doctor --json          the same for programs; exit code 1 when a check failed";

/// Check the setup: configuration, files, database, port, servers, clock
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Do not try to reach the MCP servers
    #[arg(long)]
    offline: bool,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: &Doctor,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let checks = match invocation.load(Vec::new()) {
        Ok(loaded) => {
            let mut checks = vec![configuration(&loaded)];
            checks.extend(files::checks(&loaded.config).await);
            checks.push(network::port(&loaded.config).await);
            checks.extend(command::checks(invocation, &loaded));
            if !command.offline {
                checks.extend(network::servers(&loaded).await);
            }
            checks.push(clock());
            checks
        }
        Err(findings) => vec![unusable(&findings)],
    };
    let failed = checks.iter().any(|check| check.outcome == Outcome::Failed);
    if terminal.is_json() {
        let checks: Vec<_> = checks.iter().map(Check::to_json).collect();
        terminal.value(&json!({ "ok": !failed, "checks": checks }));
    } else {
        for check in &checks {
            terminal.line(check.to_text());
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn configuration(loaded: &Loaded) -> Check {
    let file = loaded.file.as_ref().map_or_else(
        || "defaults; there is no keyway.yaml".to_owned(),
        |file| file.display().to_string(),
    );
    let worst = loaded.findings.iter().map(|finding| finding.severity).max();
    let check = match worst {
        Some(Severity::Error) => Check::failed("configuration", "servers that cannot be used"),
        Some(Severity::Warning) => Check::warned("configuration", file),
        _ => Check::passed("configuration", file),
    };
    let told = loaded
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note);
    check.with_details(told.map(ToString::to_string))
}

fn unusable(findings: &[Finding]) -> Check {
    Check::failed("configuration", "the gateway does not start with it")
        .with_details(findings.iter().map(ToString::to_string))
}

/// A clock that is years off breaks certificates and the life of keys and sessions.
fn clock() -> Check {
    use keyway_core::ports::Clock as _;
    let now = keyway_app::system::SystemClock.now();
    let built: jiff::Timestamp = EARLIEST.parse().unwrap_or_default();
    if now < built {
        return Check::failed("clock", "it is before this program was made")
            .with_details(["set the clock of this machine".to_owned()]);
    }
    Check::passed("clock", now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// No copy of this program is older.
const EARLIEST: &str = "2026-07-28T00:00:00Z";
