use jiff::Timestamp;
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;
use serde_json::Value;

use super::plain;
use crate::cli::terminal::Terminal;

/// The columns for servers of a gateway.
pub(super) const HEAD: [&str; 8] = [
    "SERVER",
    "STATE",
    "TRANSPORT",
    "AUTH",
    "TOOLS",
    "SINCE",
    "RETRY",
    "WHY",
];

/// The columns for servers of this machine's files.
pub(super) const LOCAL_HEAD: [&str; 9] = [
    "SERVER",
    "STATE",
    "TRANSPORT",
    "AUTH",
    "TOOLS",
    "SINCE",
    "RETRY",
    "SOURCE",
    "WHY",
];

/// Shows the states of servers, each as `--json` has it.
pub(super) fn table(servers: &[Value], head: &[&str], terminal: &mut Terminal) {
    let now = SystemClock.now();
    let row = |server| {
        head.iter()
            .map(|column| cell(server, column, now))
            .collect()
    };
    let rows: Vec<Vec<String>> = servers.iter().map(row).collect();
    terminal.table(head, &rows);
}

fn cell(server: &Value, column: &str, now: Timestamp) -> String {
    let text = |name: &str| match server.get(name) {
        Some(Value::String(text)) => plain(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => "-".into(),
    };
    match column {
        "SERVER" => text("name"),
        "SINCE" => since(&text("since"), now),
        "RETRY" => until(&text("nextRetry"), now),
        "WHY" => text("reason"),
        column => text(&column.to_lowercase()),
    }
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

/// How far off a moment is, in its largest unit.
fn until(moment: &str, now: Timestamp) -> String {
    let Ok(moment) = moment.parse::<Timestamp>() else {
        return moment.to_owned();
    };
    let seconds = moment.duration_since(now).as_secs().max(0);
    match seconds {
        0..60 => format!("in {seconds} s"),
        _ => format!("in {} min", seconds / 60),
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
