use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyway_app::policy::{Cases, Policies};
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::{Config, read_document};
use crate::policy::{Sources, faults_of};

/// Hold policies against a file of cases (YAML or JSON): who does what, and what is expected
#[derive(Debug, Args)]
pub(super) struct Test {
    /// The file of cases
    file: PathBuf,
    /// The policies to test [default: `policy.file` of the configuration]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &Test,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let mut config = invocation.configuration()?.config;
    if let Some(file) = &command.policy {
        config.policy.file = Some(invocation.directory.join(file));
    }
    let policies = policies(&config)?;
    let file = invocation.directory.join(&command.file);
    let unusable = |message: String| {
        let message = format!("{}: {message}", command.file.display());
        Failure::usage("bad_cases", message)
            .with_hint("docs/how-to/write-a-policy.md shows a file of cases")
    };
    let value = read_document(&file).map_err(unusable)?;
    let cases = Cases::read(value).map_err(unusable)?;
    let outcomes = cases.run(&policies, SystemClock.now()).map_err(unusable)?;
    let wrong = outcomes.iter().filter(|outcome| !outcome.ok).count();
    if terminal.is_json() {
        terminal.value(&json!({ "ok": wrong == 0, "cases": outcomes }));
    } else {
        for outcome in &outcomes {
            let by = outcome.policies.join(", ");
            let by = if by.is_empty() {
                "no policy permits it"
            } else {
                &by
            };
            if outcome.ok {
                terminal.line(format!(
                    "ok    {}: {} ({by})",
                    outcome.case, outcome.decided
                ));
            } else {
                let (decided, expected) = (outcome.decided, outcome.expected);
                let failure = outcome
                    .failure
                    .as_ref()
                    .map_or_else(String::new, |why| format!("; {why}"));
                terminal.line(format!(
                    "WRONG {}: {decided} instead of {expected} ({by}{failure})",
                    outcome.case
                ));
            }
        }
        terminal.line(format!("{} cases, {wrong} wrong", outcomes.len()));
    }
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// The policies that a configuration has in force.
pub(super) fn policies(config: &Config) -> Result<Policies, Failure> {
    let sources = Sources::read(config.policy.file.as_deref());
    let policies = sources.and_then(|sources| sources.policies(config.policy.approvals));
    policies.map_err(|faults| Failure::usage("invalid_policy", faults_of(&faults)))
}
