use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_client::text;
use keyway_core::ports::UpstreamState;
use keyway_oauth::GrantInfo;
use serde_json::json;

use super::find::find;
use super::{grant_json, kept_in, place, resource};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::{patience, select};
use crate::cli::sign_in::{self, Opens};
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start};

const EXAMPLES: &str = "\
A server behind OAuth is signed in to in the browser, also when it was before. Any other is
connected to and its tools are listed. It acts on your own servers, never on a gateway.

Examples:
  keyway mcp connect tracker
  keyway mcp connect create_issue          by the name of a tool that one server has
  keyway mcp connect tracker --no-browser  prints the link, takes the address pasted back";

/// How long a server is given to answer after the sign-in.
const ANSWER: Duration = Duration::from_secs(30);

/// Connect to one of your own servers, signing in where it wants that
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Connect {
    /// The server, or a tool that only one of them has
    #[arg(value_name = "SERVER|TOOL")]
    name: String,
    /// Open no browser: print the link, and take the address the browser ended at
    #[arg(long)]
    no_browser: bool,
    /// How long you may take to sign in
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = patience)]
    wait: Duration,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: &Connect,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    LocalClient::run(invocation, Options::once(Start::Nothing), async |client| {
        select::warn(client, terminal);
        let found = find(client, &command.name).await?;
        let server = select::usable(client, &found.server.name)?.server;
        let spec = server.spec.map_err(Failure::configuration)?;
        let grant = match resource(&spec) {
            None => None,
            Some(resource) => {
                let opens = if command.no_browser {
                    Opens::Person
                } else {
                    Opens::Browser
                };
                let sign_in = sign_in::at_terminal(invocation, opens, command.wait)?;
                terminal.note(format!("signing in to {}", server.name));
                let oauth = client.oauth();
                let connecting = oauth.connect(&server.name, &resource, &sign_in);
                let granted = Box::pin(connecting).await;
                Some(granted.map_err(|error| sign_in::failure(&server.name, &error))?)
            }
        };
        if let Some(grant) = &grant {
            terminal.note(signed_in(client, grant));
        }
        client.reconnect(&server.name);
        client.wait_settled(ANSWER).await;
        show(client, &server.name, grant.as_ref(), terminal)
    })
    .await
}

fn signed_in(client: &LocalClient, grant: &GrantInfo) -> String {
    let scopes = match grant.scopes.as_slice() {
        [] => String::new(),
        scopes => format!(", for: {}", text::line(&scopes.join(" "), 200)),
    };
    format!(
        "signed in to {} at {}{scopes}; the tokens are kept {}",
        grant.server,
        text::line(&grant.issuer, 200),
        place(client)
    )
}

fn show(
    client: &LocalClient,
    name: &str,
    grant: Option<&GrantInfo>,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let statuses = client.statuses();
    let status = statuses.iter().map(|status| &status.status);
    let Some(status) = status.into_iter().find(|status| status.name == name) else {
        return Err(Failure::new(
            "not_connected",
            format!("`{name}` is not configured any more"),
        ));
    };
    if status.state != UpstreamState::Connected {
        return Err(match select::connected(client, name) {
            Err(failure) if grant.is_some() => failure.with_hint(
                "you are signed in, and the server does not serve you all the same: ask whoever runs it",
            ),
            Err(failure) => failure,
            Ok(()) => Failure::new("not_connected", format!("`{name}` is not connected")),
        });
    }
    if terminal.is_json() {
        let mut result = json!(status);
        if let (Some(members), Some(grant)) = (result.as_object_mut(), grant) {
            members.insert("grant".into(), grant_json(grant));
            members.insert("keptIn".into(), kept_in(&place(client)).into());
        }
        terminal.value(&result);
    } else {
        let tools = match status.tools {
            1 => "1 tool".to_owned(),
            tools => format!("{tools} tools"),
        };
        terminal.line(format!("{name} is connected: {tools}"));
    }
    Ok(ExitCode::SUCCESS)
}
