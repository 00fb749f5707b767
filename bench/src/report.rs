//! The results, for people and for programs.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::Failure;
use crate::measure::names;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    pub(crate) calibration: Calibration,
    pub(crate) load: Vec<Row>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) sign_in: Vec<Figure>,
    pub(crate) authoring: Vec<Figure>,
    pub(crate) connectors: Vec<Figure>,
    pub(crate) deliveries: Vec<Figure>,
}

/// The machine, apart from any server.
#[derive(Debug, Serialize)]
pub(crate) struct Calibration {
    pub(crate) loopback_round_trip_us: f64,
    pub(crate) million_steps_us: f64,
}

/// All targets under one number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) connections: usize,
    pub(crate) cells: Vec<Cell>,
    pub(crate) rounds: Vec<Vec<Cell>>,
}

/// One target under load.
#[derive(Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) target: String,
    pub(crate) calls_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) cpu_us: f64,
}

/// A figure, with the goal it has if it has one.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<Goal>,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Figure {
    pub(crate) fn plain(name: &str, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            goal: None,
        }
    }

    pub(crate) fn at_least(name: &str, value: f64, unit: &'static str, goal: f64) -> Self {
        Self {
            goal: Some(Goal::AtLeast(goal)),
            ..Self::plain(name, value, unit)
        }
    }

    pub(crate) fn at_most(name: &str, value: f64, unit: &'static str, goal: f64) -> Self {
        Self {
            goal: Some(Goal::AtMost(goal)),
            ..Self::plain(name, value, unit)
        }
    }

    fn line(&self) -> String {
        let goal = match self.goal {
            None => String::new(),
            Some(Goal::AtLeast(goal)) => format!("≥ {goal} {}", verdict(self.value >= goal)),
            Some(Goal::AtMost(goal)) => format!("≤ {goal} {}", verdict(self.value <= goal)),
        };
        format!(
            "| {} | {} {} | {goal} |",
            self.name,
            number(self.value),
            self.unit
        )
    }
}

/// Writes `RESULTS.md` and `results.json`.
pub(crate) fn write(directory: &Path, results: &Results, table: &str) -> Result<(), Failure> {
    std::fs::write(directory.join("RESULTS.md"), table)?;
    let json = serde_json::to_string_pretty(results)?;
    std::fs::write(directory.join("results.json"), json + "\n")?;
    Ok(())
}

/// The results as markdown.
pub(crate) fn table(results: &Results) -> String {
    let mut text = String::from(HEADING);
    let _ = writeln!(text, "{}\n", machine(&results.calibration));
    for row in &results.load {
        let _ = writeln!(text, "## {} connections\n", row.connections);
        text.push_str(
            "| server | calls/s | p50 µs | p99 µs | CPU µs/call |\n|---|---|---|---|---|\n",
        );
        for cell in &row.cells {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                cell.target,
                number(cell.calls_per_second),
                number(cell.p50_us),
                number(cell.p99_us),
                number(cell.cpu_us)
            );
        }
        text.push_str("\n| ratio | value | goal |\n|---|---|---|\n");
        for figure in ratios(row) {
            let _ = writeln!(text, "{}", figure.line());
        }
        text.push('\n');
    }
    if !results.figures.is_empty() {
        text.push_str("## Lists, memory, start-up\n\n");
        text.push_str(&figures(&results.figures));
    }
    if !results.sign_in.is_empty() {
        text.push_str(SIGN_IN);
        text.push_str(&figures(&results.sign_in));
    }
    if !results.authoring.is_empty() {
        text.push_str(AUTHORING);
        text.push_str(&figures(&results.authoring));
    }
    if !results.connectors.is_empty() {
        text.push_str(CONNECTORS);
        text.push_str(&figures(&results.connectors));
    }
    if !results.deliveries.is_empty() {
        text.push_str(DELIVERIES);
        text.push_str(&figures(&results.deliveries));
    }
    text
}

/// How fast the machine is.
pub(crate) fn machine(calibration: &Calibration) -> String {
    format!(
        "Machine: a one-byte round trip over loopback takes {} µs, a million dependent steps {} µs.",
        number(calibration.loopback_round_trip_us),
        number(calibration.million_steps_us)
    )
}

/// Figures as a table.
pub(crate) fn figures(figures: &[Figure]) -> String {
    let mut text = String::from("| figure | value | goal |\n|---|---|---|\n");
    for figure in figures {
        let _ = writeln!(text, "{}", figure.line());
    }
    text
}

const HEADING: &str = "\
# Results

Written by `cargo xtask bench`. All servers are release builds in processes of their own on one machine, under a closed loop
of kept-alive connections from one thread that checks every byte of every answer. Rounds alternate between the servers;
figures are medians over the rounds, ratios medians of the ratios of each round. CPU is the whole server process, user and
system. (a) is an echo action of Keyway, (b) the same tool of the rmcp server called through Keyway, (c) axum answering with
the bytes of (a), (d, e) the rmcp server called directly (stateless, JSON). The echo says that it only reads; the tool that
may write is the same without that word, and waits for its durable audit record before it runs.

";

const SIGN_IN: &str = "
## Sign-in, access tokens, grants

Calls are of an echo that only reads, on one connection, to a gateway without auth and to one that wants to know who is asking,
in turn; what is added is the median of the differences. A flow is a browser that is signed in and has agreed before, sent to
`/oauth/authorize`, and its client at `/oauth/token`, over kept-alive connections. Rate limits are off.

";

const AUTHORING: &str = "
## What authors define

A lease: calls of an action that needs a credential and of one that needs none, on one connection, in turn; what is added is the
median of the differences. An HTTP action asks a service on this machine: over MCP, with all that belongs to a call, and by itself,
in the process that makes the load; beside it, reqwest asks the same service from that process. An import is a process from its start to its end.

";

const CONNECTORS: &str = "
## Many connectors

Each is an address of its own at one server on this machine that lists ten tools. They are added one after the other by
`/v1/connectors`; a page of the console is asked for by somebody who is signed in, over one kept-alive connection.

";

const DELIVERIES: &str = "
## Webhooks

Signed webhooks, each another event in a conversation of its own, over kept-alive connections from one thread to a gateway whose
agent is published. 200 is answered once the delivery and its work are on disk; whoever comes while the disk is waited for is in the
next commit. The model is a thread of the bench: it lets all wait, or answers at once. Its first request is timed from before the webhook is sent.

";

/// The ratios of one row, each the median of its rounds.
fn ratios(row: &Row) -> Vec<Figure> {
    let between = |one: &str, other: &str, figure: fn(&Cell) -> f64| -> f64 {
        let ratios = row.rounds.iter().filter_map(|cells| {
            let find = |name: &str| cells.iter().find(|cell| cell.target == name).map(figure);
            Some((find(one)?, find(other)?))
        });
        crate::measure::median(ratios.map(|(one, other)| one / other).collect())
    };
    let added = |one: &str| -> f64 {
        let differences = row.rounds.iter().filter_map(|cells| {
            let find = |name: &str| {
                cells
                    .iter()
                    .find(|cell| cell.target == name)
                    .map(|c| c.p50_us)
            };
            Some(find(one)? - find(names::DIRECT)?)
        });
        crate::measure::median(differences.collect())
    };
    let cpu = |name: &str| {
        let cell = row.cells.iter().find(|cell| cell.target == name);
        cell.map_or(f64::NAN, |cell| cell.cpu_us)
    };
    let rate: fn(&Cell) -> f64 = |cell| cell.calls_per_second;
    let mut figures = Vec::new();
    if row.connections == 16 {
        figures.push(Figure::at_least(
            "a / c",
            between(names::ACTION, names::BARE, rate),
            "",
            0.75,
        ));
        figures.push(Figure::at_least(
            "a / e",
            between(names::ACTION, names::DIRECT, rate),
            "",
            2.5,
        ));
    } else {
        figures.push(Figure::plain(
            "a / c",
            between(names::ACTION, names::BARE, rate),
            "",
        ));
        figures.push(Figure::plain(
            "a / e",
            between(names::ACTION, names::DIRECT, rate),
            "",
        ));
    }
    let relay = between(names::RELAY, names::DIRECT, rate);
    if row.connections == 1 {
        figures.push(Figure::plain("b / d", relay, ""));
        figures.push(Figure::at_most(
            "added p50",
            added(names::RELAY),
            "µs",
            60.0,
        ));
        figures.push(Figure::at_most(
            "added p50, API key",
            added(names::RELAY_KEY),
            "µs",
            80.0,
        ));
    } else {
        figures.push(Figure::at_least("b / d", relay, "", 0.60));
        let keyed = between(names::RELAY_KEY, names::DIRECT, rate);
        figures.push(Figure::plain("b / d, API key", keyed, ""));
    }
    figures.push(Figure::at_most(
        "CPU of the relay per call",
        cpu(names::RELAY),
        "µs",
        40.0,
    ));
    figures
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// Three digits that matter.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
