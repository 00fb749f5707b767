use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyway_app::audit::{Event, EventKind};
use keyway_core::{Error, Kind};

use super::open::{moment, open, organization};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// Write a log out, or a part of it, as JSON Lines that can be checked anywhere
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The log of this organization [default: default]
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// From here on: a moment, or a time span ago like 30d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Up to here, and on to the next checkpoint
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Export,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let time = |flag, text: Option<String>| text.map(|text| moment(flag, &text)).transpose();
    let (since, until) = (
        time("--since", command.since)?,
        time("--until", command.until)?,
    );
    let (local, config) = open(invocation).await?;
    let organization = organization(&config, command.organization.as_deref()).await?;
    let audit = local.app().audit();
    let event = Event::new(
        EventKind::AuditExported,
        keyway_app::audit::Who::operator(&organization),
    );
    audit.record(event).await?;
    // So that the end is signed too.
    audit.sign_checkpoints().await;
    let mut out: Box<dyn Write> = match &command.output {
        Some(file) => {
            let file = private(file).map_err(|error| {
                let message = format!("{} cannot be written: {}", file.display(), error.kind());
                Failure::usage("cannot_write", message).with_hint("an export replaces no file")
            })?;
            Box::new(std::io::BufWriter::new(file))
        }
        None => Box::new(std::io::BufWriter::new(std::io::stdout())),
    };
    let written = audit
        .export(&organization, since, until, |line| {
            writeln!(out, "{}", line.to_text()).map_err(unwritten)
        })
        .await;
    let flushed = out.flush().map_err(unwritten);
    local.close().await;
    let count = written?;
    flushed?;
    if let Some(file) = &command.output {
        terminal.note(format!("{count} events are in {}", file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// A new file, for its owner alone.
fn private(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritten(error: std::io::Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "cannot_write",
        "the export cannot be written",
    )
    .with_source(error)
}
