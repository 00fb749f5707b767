use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use keyway_agent::ModelName;
use keyway_agent::model::BadModelName;
use keyway_client::approvals::AllowList;
use keyway_client::calls::{ByModel, Sampler};
use keyway_client::text::line;
use keyway_core::names::{Prefix, exposed_name};
use keyway_core::rpc::RawJson;
use serde_json::Value;

use super::calling::{Calling, print};
use super::{Target, patience, remote};
use crate::cli::call::read_text;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::{Home, Options, Start};
use crate::models::Models;

const EXAMPLES: &str = "\
You are asked before each call, unless you answered `always` for this tool and definition before,
~/.keyway/allow.json names the tool, or --approve does. Without a terminal nobody can be asked, and
the call is denied.

Examples:
  keyway mcp call files read_text_file --args '{\"path\": \"/srv/files/a.txt\"}'
  keyway mcp call files write_file --args @file.json --approve files/write_file --timeout 30s
  keyway mcp call mcp__files__list --server http://127.0.0.1:8420     a tool of a gateway";

/// Call a tool: of one of your own servers, or with --server of a gateway
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Call {
    /// Your server; with --server the tool, by the name the gateway lists
    #[arg(value_name = "SERVER")]
    server_name: String,
    /// The tool, by the server's own name; may be left out after --server
    tool: Option<String>,
    /// Its arguments: a JSON object, `@FILE`, or `-` for standard input
    #[arg(
        long,
        visible_alias = "input",
        value_name = "JSON",
        default_value = "{}",
        hide_default_value = true
    )]
    args: String,
    /// Allow this one tool without a question, as SERVER/TOOL; may be repeated
    #[arg(long, value_name = "SERVER/TOOL")]
    approve: Vec<String>,
    /// The model that answers the server, should it ask for that and you agree
    #[arg(long, value_name = "VENDOR/MODEL")]
    model: Option<String>,
    /// How long the server may take, instead of its `timeout_ms`; 0 for as long as it likes
    #[arg(long, value_name = "DURATION", value_parser = patience)]
    timeout: Option<Duration>,
    #[command(flatten)]
    target: Target,
}

/// Runs it. The exit code is 1 when the tool says that it failed.
pub(super) async fn run(
    invocation: &Invocation,
    command: &Call,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let text = read_text(invocation, &at_file(&command.args))?;
    let arguments = RawJson::parse(Bytes::from(text)).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = format!("the arguments are not JSON ({place})");
        Failure::usage("malformed_input", message)
            .with_hint("give an object, like --args '{\"name\": \"value\"}'")
    })?;
    let server = command.server_name.as_str();
    if let Some(gateway) = command.target.gateway(invocation, terminal)? {
        let tool = match &command.tool {
            None => server.to_owned(),
            Some(tool) => exposed_name(server, &Prefix::Server, tool),
        };
        return remote::call::run(&gateway, &tool, &arguments, terminal).await;
    }
    let Some(tool) = &command.tool else {
        return Err(Failure::usage(
            "no_tool",
            "name the server and its tool: keyway mcp call SERVER TOOL",
        )
        .with_hint("`keyway mcp tools` lists them; for a gateway's tool give --server URL"));
    };
    let mut allow = AllowList::default();
    for entry in &command.approve {
        allow
            .give(entry)
            .map_err(|bad| Failure::usage("bad_approval", bad.to_string()))?;
    }
    let options = Options::once(Start::Only(vec![server.to_owned()]));
    let options = match command.timeout {
        Some(limit) => options.with_call_timeout(limit),
        None => options,
    };
    let calling = Calling {
        options,
        server: Some(server),
        allow,
        model: command
            .model
            .as_deref()
            .map(|name| sampler(invocation, name))
            .transpose()?,
    };
    let called = calling.run(invocation, terminal, async |calls, cancel| {
        calls.call_tool(server, tool, &arguments, cancel).await
    });
    let outcome = Box::pin(called).await.map_err(|failure| {
        if failure.code == "approval_needed" {
            let (server, tool) = (line(server, 128), line(tool, 256));
            return failure.with_hint(format!(
                "run it in a terminal, or allow this one tool with --approve '{server}/{tool}'"
            ));
        }
        failure
    })?;
    if terminal.is_json() {
        let result: Value = outcome.result.read().unwrap_or_default();
        terminal.value(&result);
    } else {
        print(&outcome.text(), terminal);
    }
    Ok(ExitCode::from(u8::from(outcome.is_error())))
}

/// The model of this name, for servers that ask for completions.
fn sampler(invocation: &Invocation, name: &str) -> Result<Arc<dyn Sampler>, Failure> {
    let name: ModelName = name
        .parse()
        .map_err(|bad: BadModelName| Failure::usage(bad.code(), bad.to_string()))?;
    let home = Home::of(&invocation.environment, &invocation.directory)?;
    let models = Models::read(&home, &invocation.environment)?;
    models.check(&name)?;
    Ok(Arc::new(ByModel::new(models.model(), name)))
}

/// `@FILE` as `@file:FILE`, which other commands take.
fn at_file(given: &str) -> String {
    match given.strip_prefix('@') {
        Some(path) if !path.starts_with("file:") => format!("@file:{path}"),
        _ => given.to_owned(),
    }
}
