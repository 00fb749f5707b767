use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Log, LogFormat};

/// Starts writing log events to the error output: for people on a terminal, one JSON object a line
/// otherwise. The first call of a process decides.
pub(super) fn start(log: &Log, colours: Colours) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let writer = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_span_events(FmtSpan::NONE);
    // A second gateway in one process, as tests have them, keeps the log of the first.
    let _ = if json {
        writer.json().flatten_event(true).try_init()
    } else {
        let ansi = terminal && colours == Colours::Allowed;
        writer.with_ansi(ansi).with_target(false).try_init()
    };
}

/// Whether a terminal is written to in colours (`NO_COLOR` says no).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Allowed,
    Off,
}
