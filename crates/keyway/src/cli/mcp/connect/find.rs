use std::time::Duration;

use keyway_client::text;

use crate::cli::failure::Failure;
use crate::cli::mcp::select;
use crate::config::suggest;
use crate::local::{Configured, LocalClient};

/// How long servers are given to list their tools.
const LISTS: Duration = Duration::from_secs(30);

/// The server of this name, else the only one that has a tool of this name.
pub(crate) async fn find(client: &LocalClient, name: &str) -> Result<Configured, Failure> {
    let servers = client.servers();
    if let Some(server) = servers.iter().find(|one| one.server.name == name) {
        return Ok(server.clone());
    }
    // One that is there but not in force is told so, whatever tools are called.
    let unknown = match select::known(client, name) {
        Ok(found) => return Ok(found),
        Err(failure) if failure.code != "unknown_server" => return Err(failure),
        Err(failure) => failure,
    };
    for server in &servers {
        client.reconnect(&server.server.name);
    }
    client.wait_settled(LISTS).await;
    let mut tools = Vec::new();
    for upstream in client.upstreams() {
        let lists = upstream.lists();
        let names = lists.tools.iter().map(|tool| tool.key.clone());
        tools.extend(names.map(|tool| (tool, upstream.key().to_owned())));
    }
    let mut having: Vec<_> = tools
        .iter()
        .filter(|(tool, _)| tool == name)
        .map(|(_, server)| server.as_str())
        .collect();
    having.sort_unstable();
    having.dedup();
    match having.as_slice() {
        [] => Err(unsaid(unknown, name, &tools)),
        [server] => select::known(client, server),
        _ => {
            let message = format!("several servers have a tool `{}`", text::line(name, 80));
            let mut failure = Failure::usage("ambiguous_tool", message)
                .with_hint("name the server: keyway mcp connect <server>");
            failure.details = having.iter().map(|&server| server.to_owned()).collect();
            Err(failure)
        }
    }
}

/// Neither a server nor a tool: with the tool that may have been meant, when no server was.
fn unsaid(mut failure: Failure, name: &str, tools: &[(String, String)]) -> Failure {
    let suggested = failure
        .hint
        .as_deref()
        .is_some_and(|hint| hint.starts_with("did you mean"));
    let names = tools.iter().map(|(tool, _)| tool.as_str());
    if !suggested && let Some(near) = suggest::nearest(name, names) {
        failure.hint = Some(format!("did you mean the tool `{}`?", text::line(near, 80)));
    }
    failure
}
