//! `keyway validate`: whether what is configured and defined can be used, without starting anything.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use keyway_app::status;
use keyway_app::system::SystemClock;
use keyway_core::action::Registry;
use keyway_core::ports::Clock;
use serde_json::json;

use super::invocation::Invocation;
use super::terminal::Terminal;
use crate::config::{Config, Finding, Severity};
use crate::serve::{ServeError, actions, agents, credentials, unmet};

const EXAMPLES: &str = "\
Examples:
  keyway validate                       say what is wrong, with file, line and column
  keyway validate --json                the same for programs";

/// Check the configuration and everything that is defined without code
///
/// Reads keyway.yaml and the folder of definitions, and holds credentials, apps, actions and agents against
/// each other and against those of the program. Exit code 2 when something has to be changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Validate {}

/// Tells every finding. The exit code is 2 when there is an error.
pub(crate) fn run(invocation: &Invocation, terminal: &mut Terminal) -> ExitCode {
    let read = invocation
        .with_dotenv()
        .and_then(|invocation| invocation.load(Vec::new()));
    let (config, findings) = match read {
        Ok(loaded) => (Some(loaded.config), loaded.findings),
        Err(findings) => (None, findings),
    };
    let clashes = config
        .as_ref()
        .map(|config| clashes(invocation, config))
        .unwrap_or_default();
    let wrong = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let errors = wrong.count() + clashes.len();
    if terminal.is_json() {
        let defined = config.as_ref().map(|config| &config.definitions);
        terminal.value(&json!({
            "ok": errors == 0,
            "files": defined.map(|defined| &defined.files),
            "credentials": defined.map(|defined| defined.credentials.len()),
            "apps": defined.map(|defined| defined.apps),
            "actions": defined.map(|defined| defined.actions.len()),
            "mcp_servers": defined.map(|defined| defined.servers.len()),
            "resources": defined.map(|defined| defined.resources.len()),
            "prompts": defined.map(|defined| defined.prompts.len()),
            "schedules": defined.map(|defined| defined.schedules.len()),
            "agents": defined.map(|defined| defined.agents.len()),
            "findings": findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "clashes": clashes,
        }));
    } else {
        tell(config.as_ref(), &findings, &clashes, errors, terminal);
    }
    ExitCode::from(if errors == 0 { 0 } else { 2 })
}

/// What cannot be served together, the actions of the program included.
fn clashes(invocation: &Invocation, config: &Config) -> Vec<String> {
    let gateway = &invocation.gateway;
    let unmet = unmet(gateway, config);
    if !unmet.is_empty() {
        return ServeError::Clashes(unmet).told_apart();
    }
    let identity = gateway.identity();
    let (name, version) = (identity.name.as_str(), identity.version.as_str());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut all = actions(gateway, config);
    all.push(status::described(name, version, &clock));
    let made = Registry::new(all).map_err(ServeError::Clashes);
    let made = made.and_then(|registry| {
        credentials(gateway, config, &registry)?;
        agents(gateway, config, &registry)
    });
    made.err().map(ServeError::told_apart).unwrap_or_default()
}

/// Tells each thing that is wrong.
pub(super) fn findings(findings: &[Finding], clashes: &[String], terminal: &mut Terminal) {
    for finding in findings {
        let label = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        terminal.line(format!("{label}: {finding}"));
    }
    for clash in clashes {
        terminal.line(format!("error: {clash}"));
    }
}

fn tell(
    config: Option<&Config>,
    findings: &[Finding],
    clashes: &[String],
    errors: usize,
    terminal: &mut Terminal,
) {
    self::findings(findings, clashes, terminal);
    let Some(defined) = config.map(|config| &config.definitions) else {
        terminal.line(counted(errors, "error"));
        return;
    };
    let (credentials, actions) = (defined.credentials.len(), defined.actions.len());
    let mut all = vec![
        counted(credentials, "credential"),
        counted(defined.apps, "app"),
        counted(actions, "action"),
    ];
    let more = [
        (defined.servers.len(), "MCP server"),
        (defined.resources.len(), "resource"),
        (defined.prompts.len(), "prompt"),
        (defined.schedules.len(), "schedule"),
        (defined.agents.len(), "agent"),
    ];
    let more = more.into_iter().filter(|(number, _)| *number > 0);
    all.extend(more.map(|(number, noun)| counted(number, noun)));
    let files = counted(defined.files.len(), "file");
    let order = match errors {
        0 => "everything is in order".to_owned(),
        errors => counted(errors, "error"),
    };
    terminal.line(format!("{} in {files}: {order}", all.join(", ")));
}

pub(super) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
