use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;
use serde_json::Value;

use super::rpc::{Remote, not_a_gateway};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

/// Show the MCP servers behind a running gateway and the state of each
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp status --server http://127.0.0.1:8420 --json")]
pub(super) struct Status {
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Status,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let address = command.server.address(invocation)?;
    let key = command.server.key(invocation, terminal)?;
    let answer = Remote::new(address, key).get("/v1/mcp-servers").await?;
    if terminal.is_json() {
        terminal.value(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let servers = match &answer {
        Value::Array(servers) => servers.as_slice(),
        Value::Object(members) => members
            .values()
            .find_map(Value::as_array)
            .ok_or_else(not_a_gateway)?,
        _ => return Err(not_a_gateway()),
    };
    if servers.is_empty() {
        terminal.line("no MCP servers are configured");
        return Ok(ExitCode::SUCCESS);
    }
    let now = SystemClock.now();
    let rows: Vec<_> = servers.iter().map(|server| row(server, now)).collect();
    let head = [
        "SERVER",
        "STATE",
        "TRANSPORT",
        "AUTH",
        "TOOLS",
        "SINCE",
        "WHY",
    ];
    terminal.table(&head, &rows);
    Ok(ExitCode::SUCCESS)
}

fn row(server: &Value, now: Timestamp) -> Vec<String> {
    let text = |name: &str| match server.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "-".into(),
    };
    ["name", "state", "transport", "auth", "tools"]
        .map(text)
        .into_iter()
        .chain([since(&text("since"), now), text("reason")])
        .collect()
}

/// How long ago something was, in its largest unit.
fn since(moment: &str, now: Timestamp) -> String {
    let Ok(moment) = moment.parse::<Timestamp>() else {
        return moment.to_owned();
    };
    // The clocks of two machines differ.
    let seconds = now.duration_since(moment).as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn a_moment_is_told_as_the_time_since() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        for (moment, told) in [
            ("2026-11-21T11:59:48.483201013Z", "11 s ago"),
            ("2026-11-21T11:58:59Z", "1 min ago"),
            ("2026-11-21T09:00:00Z", "3 h ago"),
            ("2026-11-19T12:00:00Z", "2 days ago"),
            ("2026-11-21T12:00:05Z", "0 s ago"),
            ("-", "-"),
        ] {
            assert_eq!(since(moment, now), told, "{moment}");
        }
    }
}
