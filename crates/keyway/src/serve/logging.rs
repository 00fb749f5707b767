use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Environment, Log, LogFormat};

/// Starts writing log events to the error output: for people on a terminal, one JSON object a line
/// otherwise. The first call of a process decides.
pub(crate) fn start(log: &Log, colours: Colours) {
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

/// The same for a command that is not a server, when `KEYWAY_LOG_FILTER` asks for it: nothing is
/// logged otherwise.
pub(crate) fn start_if_asked(environment: &Environment) {
    if let Some(filter) = environment.get("KEYWAY_LOG_FILTER") {
        let log = Log {
            filter: filter.to_owned(),
            format: LogFormat::Text,
        };
        start(&log, Colours::Off);
    }
}

/// Whether a terminal is written to in colours (`NO_COLOR` says no).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    Allowed,
    Off,
}
