use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyway_app::audit::{Chain, Line};
use keyway_vault::VerifyingKey;
use serde_json::json;

use super::open::{open, organization};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// After how many events a long run tells where it is.
const PROGRESS: u64 = 250_000;

/// Check that nothing was changed, left out, put in, moved or cut off
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Only the log of this organization [default: all]
    #[arg(long, value_name = "SLUG", conflicts_with = "file")]
    organization: Option<String>,
    /// An export, instead of the data directory
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A public key for the checkpoints of the file, as `audit key` shows it [default: those of
    /// the data directory]
    #[arg(long, value_name = "KEY", requires = "file")]
    key: Vec<VerifyingKey>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Verify,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let chains = match command.file {
        Some(file) => {
            let keys = if command.key.is_empty() {
                let (local, _) = open(invocation).await.map_err(|failure| {
                    failure.with_hint("name the public key with --key, as `audit key` shows it")
                })?;
                let keys = local.app().audit().verifying_keys();
                local.close().await;
                keys
            } else {
                command.key
            };
            of_file(&file, &keys)?
        }
        None => of_database(invocation, command.organization.as_deref(), terminal).await?,
    };
    Ok(tell(&chains, terminal))
}

async fn of_database(
    invocation: &Invocation,
    slug: Option<&str>,
    terminal: &mut Terminal,
) -> Result<BTreeMap<String, Chain>, Failure> {
    let (local, config) = open(invocation).await?;
    let audit = local.app().audit();
    let organizations = match slug {
        Some(slug) => vec![organization(&config, Some(slug)).await?],
        None => audit.organizations().await?,
    };
    let mut chains = BTreeMap::new();
    for organization in organizations {
        let mut next = PROGRESS;
        let looked = |events| {
            if events >= next {
                next += PROGRESS;
                terminal.note(format!("{organization}: {events} events checked"));
            }
        };
        let chain = audit.verify(&organization, looked).await?;
        chains.insert(organization.to_string(), chain);
    }
    local.close().await;
    Ok(chains)
}

fn of_file(file: &Path, keys: &[VerifyingKey]) -> Result<BTreeMap<String, Chain>, Failure> {
    let unreadable = |error: std::io::Error| {
        let message = format!("{} cannot be read: {}", file.display(), error.kind());
        Failure::usage("unreadable_file", message)
    };
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    let mut chains: BTreeMap<String, Chain> = BTreeMap::new();
    for (number, line) in (1..).zip(std::io::BufReader::new(opened).lines()) {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        let no_line = |_| {
            let message = format!(
                "line {number} of {} is no line of an export",
                file.display()
            );
            Failure::new("unreadable_line", message)
        };
        let line = Line::parse(&line).map_err(no_line)?;
        let organization = match &line {
            Line::Event(event) => &event.organization,
            Line::Checkpoint(checkpoint) => &checkpoint.organization,
        };
        let fresh = || Chain::part(keys.to_vec());
        let chain = chains.entry(organization.clone()).or_insert_with(fresh);
        match &line {
            Line::Event(event) => chain.event(&event.row().map_err(no_line)?),
            Line::Checkpoint(signed) => chain.checkpoint(&signed.row().map_err(no_line)?),
        }
    }
    Ok(chains)
}

fn tell(chains: &BTreeMap<String, Chain>, terminal: &mut Terminal) -> ExitCode {
    let whole = chains.values().all(|chain| chain.broken().is_empty());
    if terminal.is_json() {
        let logs: Vec<_> = chains
            .iter()
            .map(|(organization, chain)| {
                let broken: Vec<_> = chain
                    .broken()
                    .iter()
                    .map(|found| json!({ "seq": found.seq, "code": found.fault.code(), "message": found.to_string() }))
                    .collect();
                json!({
                    "organization": organization,
                    "events": chain.events(),
                    "ends": chain.ends(),
                    "signedTo": chain.signed(),
                    "broken": broken,
                })
            })
            .collect();
        terminal.value(&json!({ "whole": whole, "logs": logs }));
    } else {
        for (organization, chain) in chains {
            let signed = match chain.signed() {
                Some(signed) if signed == chain.ends() => "all of them signed".to_owned(),
                Some(signed) => format!("signed up to event {signed}"),
                None => "none of them signed".to_owned(),
            };
            let state = match chain.broken().len() {
                0 => "whole".to_owned(),
                1 => "BROKEN in 1 place".to_owned(),
                places => format!("BROKEN in {places} places"),
            };
            let events = chain.events();
            terminal.line(format!(
                "{organization}: {state}; {events} events, {signed}"
            ));
            for found in chain.broken() {
                terminal.line(format!("  {found}"));
            }
        }
        if chains.is_empty() {
            terminal.note("there is nothing to check");
        }
    }
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
