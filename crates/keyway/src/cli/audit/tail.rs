use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_app::audit::{AuditEvent, AuditFilter, EventKind};
use serde_json::Value;

use super::open::{moment, open, organization};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// How often a followed log is looked at.
const PACE: Duration = Duration::from_millis(300);

/// Show the last events
#[derive(Debug, Args)]
pub(super) struct Tail {
    /// Go on with those that come
    #[arg(long, short)]
    follow: bool,
    /// How many
    #[arg(long, short = 'n', default_value_t = 20, value_name = "COUNT")]
    lines: u32,
    /// The log of this organization [default: default]
    #[arg(long, value_name = "SLUG")]
    organization: Option<String>,
    /// Only of this kind, like `call`
    #[arg(long)]
    kind: Option<String>,
    /// Only of this person's or service account's, by id
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only calls of this tool, by the name clients know
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Only from here on: a moment, or a time span ago like 2h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Tail,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    if let Some(kind) = &command.kind
        && kind.parse::<EventKind>().is_err()
    {
        let kinds: Vec<_> = EventKind::all().map(EventKind::as_str).collect();
        let failure = Failure::usage("unknown_kind", "--kind: there is no such kind of event");
        return Err(failure.with_hint(format!("one of {}", kinds.join(", "))));
    }
    let since = command.since.as_deref();
    let filter = AuditFilter {
        since: since.map(|text| moment("--since", text)).transpose()?,
        kind: command.kind,
        actor: command.actor,
        tool: command.tool,
        ..AuditFilter::default()
    };
    let (local, config) = open(invocation).await?;
    let organization = organization(&config, command.organization.as_deref()).await?;
    let audit = local.app().audit();
    let mut seen = audit.ends(&organization).await?;
    for event in audit.last(&organization, &filter, command.lines).await? {
        seen = seen.max(event.seq);
        show(&event, terminal);
    }
    if !command.follow {
        local.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    // Until the person ends it.
    loop {
        tokio::time::sleep(PACE).await;
        for event in audit.after(&organization, &filter, seen).await? {
            seen = event.seq;
            show(&event, terminal);
        }
    }
}

fn show(event: &AuditEvent, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.line(serde_json::to_string(event).unwrap_or_default());
    }
    let record: Value = serde_json::from_str(event.record.get()).unwrap_or_default();
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
    let mut parts = vec![
        event.at.strftime("%Y-%m-%d %H:%M:%S%.3fZ").to_string(),
        text("/kind").unwrap_or("-").to_owned(),
        text("/actor/id").unwrap_or("-").to_owned(),
    ];
    parts.extend(text("/target/id").map(str::to_owned));
    parts.extend(
        text("/outcome")
            .or_else(|| text("/phase"))
            .map(str::to_owned),
    );
    parts.extend(text("/code").map(|code| format!("({code})")));
    let took = record.pointer("/durationUs").and_then(Value::as_u64);
    parts.extend(took.map(|micros| format!("{:?}", Duration::from_micros(micros))));
    parts.extend(text("/address").map(|address| format!("from {address}")));
    terminal.line(parts.join("  "));
}
