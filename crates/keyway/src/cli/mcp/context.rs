use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_client::skills::{Cost, Overhead};
use keyway_core::ports::UpstreamState;
use serde::Serialize;
use serde_json::json;

use super::{patience, select};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start, plain_up_to};

const EXAMPLES: &str = "\
Examples:
  keyway mcp context                  all your servers
  keyway mcp context github --json    one of them, for programs

A model gets tools in one of two ways. As definitions, each is in every request (DEFINITIONS). As
skills, a request has one line a server (LINE); the model reads the server's page (PAGE) and the
schema of a tool (SCHEMA: the largest) when it needs them. Skills are used once all definitions
together take more than KEYWAY_TOOL_TOKENS (4000). All figures are estimates, for comparing.";

/// Show what the tools of your servers take of a model's context, in tokens
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Context {
    /// Only these of your own servers
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How long servers are given to connect
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = patience)]
    wait: Duration,
}

/// What one server takes.
#[derive(Debug, Serialize)]
struct Row {
    server: String,
    state: UpstreamState,
    /// `None` where nothing is listed.
    #[serde(flatten)]
    cost: Option<Cost>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Context,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let plain_up_to = plain_up_to(&invocation.environment)?;
    let start = if command.names.is_empty() {
        Start::All
    } else {
        Start::Only(command.names.clone())
    };
    LocalClient::run(invocation, Options::once(start), async |client| {
        for name in &command.names {
            select::usable(client, name)?;
        }
        client.wait_settled(command.wait).await;
        let rows = rows(client, terminal);
        if rows.is_empty() && !terminal.is_json() {
            select::nothing(client, "servers to connect to", terminal);
        } else {
            show(&rows, plain_up_to, terminal);
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn rows(client: &LocalClient, terminal: &mut Terminal) -> Vec<Row> {
    let mut rows = Vec::new();
    select::unlisted(client, terminal);
    for upstream in client.upstreams() {
        let status = upstream.status();
        let lists = upstream.lists();
        let listed = lists.fetched_at.is_some();
        rows.push(Row {
            cost: listed.then(|| Cost::of(upstream.key(), &lists)),
            server: status.name,
            state: status.state,
        });
    }
    rows.sort_by(|one, other| one.server.cmp(&other.server));
    rows
}

fn show(rows: &[Row], plain_up_to: usize, terminal: &mut Terminal) {
    let costs = || rows.iter().filter_map(|row| row.cost);
    let sum = |part: fn(Cost) -> usize| costs().map(part).sum::<usize>();
    let overhead = Overhead::now().tokens;
    let definitions = sum(|cost| cost.definitions);
    let lines = sum(|cost| cost.line);
    let skills = overhead + lines;
    let way = if definitions <= plain_up_to {
        "definitions"
    } else {
        "skills"
    };
    if terminal.is_json() {
        terminal.value(&json!({
            "servers": rows,
            "total": {
                "tools": sum(|cost| cost.tools),
                "asDefinitions": definitions,
                "asSkills": skills,
                "overhead": overhead,
            },
            "plainUpTo": plain_up_to,
            "used": way,
        }));
        return;
    }
    let number = |part: fn(Cost) -> usize, row: &Row| {
        row.cost
            .map_or_else(|| "-".to_owned(), |cost| part(cost).to_string())
    };
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            vec![
                row.server.clone(),
                number(|cost| cost.tools, row),
                number(|cost| cost.definitions, row),
                number(|cost| cost.line, row),
                number(|cost| cost.page, row),
                number(|cost| cost.largest_schema, row),
            ]
        })
        .collect();
    let head = ["SERVER", "TOOLS", "DEFINITIONS", "LINE", "PAGE", "SCHEMA"];
    terminal.table(&head, &shown);
    terminal.line("");
    terminal.line(format!(
        "every request: {definitions} tokens as definitions, {skills} as skills"
    ));
    terminal.line(format!(
        "used: {way} (definitions up to {plain_up_to} tokens)"
    ));
}
