use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_client::calls::{ListKind, Listed};
use serde_json::{Value, json};

use super::{patience, plain, select};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start};

/// List resources and resource templates of your own servers
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp resources notes")]
pub(super) struct Resources {
    #[command(flatten)]
    which: Which,
}

/// List prompts of your own servers, with their arguments
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp prompts git --json")]
pub(super) struct Prompts {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// Only this server
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// How long servers are given to connect
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = patience)]
    wait: Duration,
}

pub(super) async fn resources(
    invocation: &Invocation,
    command: &Resources,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let kinds = [ListKind::Resources, ListKind::Templates];
    let [resources, templates] =
        read(invocation, &command.which, kinds, "resources", terminal).await?;
    if terminal.is_json() {
        let (resources, templates) = (whole(resources), whole(templates));
        terminal.value(&json!({ "resources": resources, "resourceTemplates": templates }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = resources.iter().chain(&templates).map(row).collect();
    if !rows.is_empty() {
        terminal.table(&["SERVER", "URI", "DESCRIPTION"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn prompts(
    invocation: &Invocation,
    command: &Prompts,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let [prompts] = read(
        invocation,
        &command.which,
        [ListKind::Prompts],
        "prompts",
        terminal,
    )
    .await?;
    if terminal.is_json() {
        terminal.value(&json!({ "prompts": whole(prompts) }));
        return Ok(ExitCode::SUCCESS);
    }
    let with_arguments = |one: &Listed| {
        let [server, name, about] = row(one).try_into().unwrap_or_default();
        vec![server, name, arguments(one), about]
    };
    let rows: Vec<_> = prompts.iter().map(with_arguments).collect();
    if !rows.is_empty() {
        terminal.table(&["SERVER", "PROMPT", "ARGUMENTS", "DESCRIPTION"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

async fn read<const N: usize>(
    invocation: &Invocation,
    which: &Which,
    kinds: [ListKind; N],
    what: &str,
    terminal: &mut Terminal,
) -> Result<[Vec<Listed>; N], Failure> {
    let start = match &which.name {
        Some(name) => Start::Only(vec![name.clone()]),
        None => Start::All,
    };
    LocalClient::run(invocation, Options::once(start), async |client| {
        if let Some(name) = &which.name {
            select::usable(client, name)?;
        }
        client.wait_settled(which.wait).await;
        if let Some(name) = &which.name {
            select::connected(client, name)?;
        }
        select::unlisted(client, terminal);
        let upstreams = client.upstreams();
        let lists = kinds.map(|kind| {
            let lists = upstreams.iter();
            lists
                .flat_map(|one| Listed::of(one.as_ref(), kind))
                .collect::<Vec<_>>()
        });
        if !terminal.is_json() && lists.iter().all(Vec::is_empty) {
            select::nothing(client, what, terminal);
        }
        Ok(lists)
    })
    .await
}

/// Definitions as servers wrote them, each with its server's name.
fn whole(listed: Vec<Listed>) -> Vec<Value> {
    let named = listed.into_iter().map(|mut one| {
        if let Some(members) = one.definition.as_object_mut() {
            members.insert("server".into(), one.server.into());
        }
        one.definition
    });
    named.collect()
}

fn row(one: &Listed) -> Vec<String> {
    let about = one.text("description").or_else(|| one.text("title"));
    let about = about.or_else(|| one.text("name")).unwrap_or_default();
    vec![one.server.clone(), plain(&one.key), about]
}

/// `branch [style]`: what is in brackets may be left out.
fn arguments(one: &Listed) -> String {
    let declared = one.definition.get("arguments").and_then(Value::as_array);
    let names = declared.into_iter().flatten().filter_map(|argument| {
        let name = plain(argument.get("name")?.as_str()?);
        let required = argument.get("required").and_then(Value::as_bool) == Some(true);
        Some(if required { name } else { format!("[{name}]") })
    });
    names.collect::<Vec<_>>().join(" ")
}
