//! `keyway validate`: whether what is configured and defined can be used, without starting anything.

use std::process::ExitCode;

use clap::Args;
use keyway_core::action::Registry;
use serde_json::json;

use super::invocation::Invocation;
use super::terminal::Terminal;
use crate::config::{Config, Finding, Severity};
use crate::serve::{ServeError, actions, credentials, unmet};

const EXAMPLES: &str = "\
Examples:
  keyway validate                       say what is wrong, with file, line and column
  keyway validate --json                the same for programs";

/// Check the configuration and everything that is defined without code
///
/// Reads keyway.yaml and the folder of definitions, and holds credentials, apps and actions against
/// each other and against those of the program. Exit code 2 when something has to be changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Validate {}

/// Tells every finding. The exit code is 2 when there is an error.
pub(crate) fn run(invocation: &Invocation, terminal: &mut Terminal) -> ExitCode {
    let (config, findings) = match invocation.load(Vec::new()) {
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
        return unmet.iter().map(ToString::to_string).collect();
    }
    let clashes = match Registry::new(actions(gateway, config)) {
        Err(clashes) => clashes,
        Ok(registry) => match credentials(gateway, config, &registry) {
            Err(ServeError::Clashes(clashes)) => clashes,
            Err(other) => return vec![other.to_string()],
            Ok(_) => Vec::new(),
        },
    };
    clashes.iter().map(ToString::to_string).collect()
}

fn tell(
    config: Option<&Config>,
    findings: &[Finding],
    clashes: &[String],
    errors: usize,
    terminal: &mut Terminal,
) {
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

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
