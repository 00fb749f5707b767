use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::policy::Sources;

/// Say what is wrong with policies, with file, line and column
#[derive(Debug, Args)]
pub(super) struct Check {
    /// A file of policies or a folder of them [default: `policy.file` of the configuration]
    file: Option<PathBuf>,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &Check,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    let file = command
        .file
        .clone()
        .map(|file| invocation.directory.join(file));
    let file = file.or(config.policy.file);
    let read = Sources::read(file.as_deref());
    let read = read.and_then(|sources| sources.policies(config.policy.approvals));
    let (faults, warnings, count) = match &read {
        Ok(policies) => (
            Vec::new(),
            policies.warnings().to_vec(),
            policies.all().len(),
        ),
        Err(faults) => (faults.clone(), Vec::new(), 0),
    };
    if terminal.is_json() {
        terminal.value(&json!({
            "ok": faults.is_empty(),
            "policies": count,
            "errors": faults,
            "warnings": warnings,
        }));
    } else {
        for fault in &faults {
            terminal.line(format!("error: {fault}"));
        }
        for warning in &warnings {
            terminal.line(format!("warning: {warning}"));
        }
        if faults.is_empty() {
            let what = file.map_or_else(
                || "the built-in policies".to_owned(),
                |file| file.display().to_string(),
            );
            terminal.line(format!(
                "{what}: sound; {count} policies are in force, the built-in ones among them"
            ));
        }
    }
    Ok(ExitCode::from(if faults.is_empty() { 0 } else { 2 }))
}
