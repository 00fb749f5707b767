use std::process::ExitCode;

use clap::Args;
use keyway_app::policy::SCHEMA;
use serde_json::json;

use super::test::policies;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// Show the policies in force: the built-in ones, and those of `policy.file`
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Show what policies can speak of instead: the schema
    #[arg(long)]
    schema: bool,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &Show,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    if command.schema {
        if terminal.is_json() {
            terminal.value(&json!({ "schema": SCHEMA }));
        } else {
            terminal.line(SCHEMA.trim_end());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let config = invocation.configuration()?.config;
    let policies = policies(&config)?;
    if terminal.is_json() {
        terminal.value(&json!({ "policies": policies.all() }));
        return Ok(ExitCode::SUCCESS);
    }
    for (nth, shown) in policies.all().iter().enumerate() {
        if nth > 0 {
            terminal.line("");
        }
        terminal.line(format!("// {}:{}", shown.file, shown.line));
        terminal.line(&shown.text);
    }
    Ok(ExitCode::SUCCESS)
}
