use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::{Target, patience, plain, remote, select};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start};

const EXAMPLES: &str = "\
Examples:
  keyway mcp tools                        the tools of all your servers
  keyway mcp tools github --json          those of one, with their schemas
  keyway mcp tools --server http://127.0.0.1:8420 --filter mcp__files__";

/// List tools: of your own servers, or with --server what a client sees at a gateway
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Tools {
    /// Only this one of your own servers
    #[arg(value_name = "NAME", conflicts_with = "server")]
    name: Option<String>,
    /// Only tools whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How long servers are given to connect
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = patience)]
    wait: Duration,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Tools,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let filter = command.filter.as_deref();
    if let Some(gateway) = command.target.gateway(invocation, terminal)? {
        select::nothing_named(command.name.as_ref())?;
        return remote::tools::run(&gateway, filter, terminal).await;
    }
    let start = match &command.name {
        Some(name) => Start::Only(vec![name.clone()]),
        None => Start::All,
    };
    LocalClient::run(invocation, Options::once(start), async |client| {
        if let Some(name) = &command.name {
            select::usable(client, name)?;
        }
        client.wait_settled(command.wait).await;
        if let Some(name) = &command.name {
            select::connected(client, name)?;
        }
        show(client, filter.unwrap_or_default(), terminal);
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn show(client: &LocalClient, filter: &str, terminal: &mut Terminal) {
    let mut tools = Vec::new();
    select::unlisted(client, terminal);
    for upstream in client.upstreams() {
        for tool in &upstream.lists().tools {
            if tool.key.contains(filter) {
                let mut definition: Value =
                    serde_json::from_str(tool.json.as_str()).unwrap_or_default();
                if let Some(members) = definition.as_object_mut() {
                    members.insert("server".into(), upstream.key().into());
                }
                tools.push(definition);
            }
        }
    }
    if terminal.is_json() {
        terminal.value(&json!({ "tools": tools }));
        return;
    }
    if tools.is_empty() {
        return select::nothing(client, "tools", terminal);
    }
    let text = |tool: &Value, name: &str| {
        let text = tool.get(name).and_then(Value::as_str);
        text.map(plain).unwrap_or_default()
    };
    let row = |tool| vec![text(tool, "server"), text(tool, "name"), first_line(tool)];
    let rows: Vec<_> = tools.iter().map(row).collect();
    terminal.table(&["SERVER", "TOOL", "DESCRIPTION"], &rows);
}

/// The first line of a tool's description, shortened.
pub(super) fn first_line(tool: &Value) -> String {
    let text = tool.get("description").and_then(Value::as_str);
    let line = text
        .and_then(|text| text.lines().next())
        .unwrap_or_default();
    let mut short: String = line.chars().take(80).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    plain(&short)
}
