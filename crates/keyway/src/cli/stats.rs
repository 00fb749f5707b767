use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_app::stats::{CallsView, StatsOf, StatsView, Window};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Desk, Organization, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway stats
  keyway stats --window 7d
  keyway stats --server docs
  keyway stats --tool mcp__docs__search --json";

/// Show what calls did, and how MCP servers fared
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Stats {
    #[command(flatten)]
    organization: Organization,
    /// How far back: 24h or 7d
    #[arg(long, value_name = "WINDOW", default_value = "24h", value_parser = window)]
    window: Window,
    /// Only this MCP server, by its key
    #[arg(long, value_name = "KEY", conflicts_with = "tool")]
    server: Option<String>,
    /// Only this tool, by the name clients know
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Stats,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::of(invocation, &command.organization).await?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let of = match (&command.server, &command.tool) {
        (Some(server), _) => StatsOf::Server(server),
        (None, Some(tool)) => StatsOf::Tool(tool),
        (None, None) => StatsOf::Everything,
    };
    let stats = local.app().stats(&desk.who, command.window, of).await;
    local.close().await;
    show(&stats?, terminal);
    Ok(ExitCode::SUCCESS)
}

fn show(stats: &StatsView, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!(stats));
    }
    let since = minute(stats.since);
    terminal.line(format!("since {since}: {}", in_words(&stats.totals)));
    if !stats.tools.is_empty() {
        terminal.line("");
        let rows = stats
            .tools
            .iter()
            .map(|tool| cells(vec![tool.tool.clone()], &tool.calls));
        let rows: Vec<_> = rows.collect();
        terminal.table(&["TOOL", "CALLS", "ERRORS", "DENIED", "P50", "P95"], &rows);
    }
    if !stats.servers.is_empty() {
        terminal.line("");
        let rows = stats.servers.iter().map(|one| {
            let up = one.availability.map_or_else(|| "-".to_owned(), percent);
            cells(
                vec![one.server.clone(), one.state.to_owned(), up],
                &one.calls,
            )
        });
        let rows: Vec<_> = rows.collect();
        let head = [
            "SERVER", "STATE", "UP", "CALLS", "ERRORS", "DENIED", "P50", "P95",
        ];
        terminal.table(&head, &rows);
    }
    if !stats.history.is_empty() {
        terminal.line("");
        let rows = stats.history.iter().map(|change| {
            let reason = change.reason.clone().unwrap_or_default();
            vec![minute(change.at), change.state.to_owned(), reason]
        });
        let rows: Vec<_> = rows.collect();
        terminal.table(&["SINCE", "STATE", "WHY"], &rows);
    }
}

fn in_words(calls: &CallsView) -> String {
    let CallsView {
        calls,
        errors,
        denied,
        ..
    } = calls;
    format!("{calls} calls, {errors} failed, {denied} denied")
}

fn cells(mut row: Vec<String>, calls: &CallsView) -> Vec<String> {
    let took = |micros: Option<u64>| {
        micros.map_or_else(
            || "-".to_owned(),
            |micros| format!("{:?}", Duration::from_micros(micros)),
        )
    };
    row.extend([calls.calls, calls.errors, calls.denied].map(|count| count.to_string()));
    row.extend([took(calls.p50_us), took(calls.p95_us)]);
    row
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}

fn window(text: &str) -> Result<Window, String> {
    text.parse()
        .map_err(|error: keyway_app::stats::UnknownWindow| error.to_string())
}
