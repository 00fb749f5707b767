use keyway_core::ports::{UpstreamState, UpstreamStatus};

use super::plain;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::{Severity, suggest};
use crate::local::{Configured, LocalClient, ServerStatus, warnings};

/// The configured server of this name; else a failure that suggests the one that was meant.
pub(crate) fn known(client: &LocalClient, name: &str) -> Result<Configured, Failure> {
    let servers = client.servers();
    let mine = |one: &&Configured| one.server.name == name;
    if let Some(found) = servers.iter().find(mine) {
        return Ok(found.clone());
    }
    let names: Vec<_> = servers.iter().map(|one| one.server.name.as_str()).collect();
    let ignored = client.statuses();
    let ignored = ignored
        .iter()
        .find(|status| status.status.name == name && !status.in_force);
    let shown = named(name).map_or_else(String::new, |name| format!(" `{name}`"));
    let failure = Failure::usage("unknown_server", format!("there is no server{shown}"));
    Err(
        match (ignored, suggest::nearest(name, names.iter().copied())) {
            (Some(ignored), _) => {
                let reason = ignored.status.reason.clone().unwrap_or_default();
                Failure::usage("server_not_in_force", format!("`{name}`: {reason}"))
            }
            (None, Some(near)) => failure.with_hint(format!("did you mean `{near}`?")),
            (None, None) if !client.statuses().is_empty() => {
                failure.with_hint("`keyway mcp status` shows all")
            }
            (None, None) => failure.with_hint("none is configured; `keyway mcp add` adds one"),
        },
    )
}

/// What was typed, if it looks like a server or a grant: anything else may be a secret.
fn named(typed: &str) -> Option<&str> {
    let bare = typed.strip_prefix("mcp:").unwrap_or(typed);
    let mut parts = bare.splitn(2, '@');
    parts
        .all(|part| suggest::shown_key(part).is_some())
        .then_some(typed)
}

/// Refuses the name of one of the person's own servers where a gateway is looked at.
pub(super) fn nothing_named(name: Option<&String>) -> Result<(), Failure> {
    name.map_or(Ok(()), |_| {
        let message = "a name is one of your own servers, and KEYWAY_SERVER names a gateway";
        Err(Failure::usage("gateway_named", message)
            .with_hint("give --local for your own servers, or leave the name out"))
    })
}

/// The configured server of this name, if it can be used: its entry is right, and not disabled.
pub(crate) fn usable(client: &LocalClient, name: &str) -> Result<Configured, Failure> {
    let found = known(client, name)?;
    match &found.server.spec {
        Ok(spec) if spec.enabled => Ok(found),
        Ok(_) => {
            let message = format!("`{name}` is disabled by `enabled` in its entry");
            Err(Failure::usage("server_disabled", message))
        }
        Err(findings) => Err(Failure::configuration(findings.clone())),
    }
}

/// Warns of what is odd about the person's files and variables, whatever the command does.
pub(crate) fn warn(client: &LocalClient, terminal: &mut Terminal) {
    for finding in client.findings() {
        if finding.severity == Severity::Warning {
            terminal.warn(finding.to_string());
        }
    }
}

/// The same, for commands that start no client. What keeps the files from being read is told by
/// the command itself.
pub(crate) fn warn_of_files(invocation: &Invocation, terminal: &mut Terminal) {
    for finding in warnings(invocation).unwrap_or_default() {
        terminal.warn(finding.to_string());
    }
}

/// Warns of each server that has no lists, and of files that cannot be used.
pub(crate) fn unlisted(client: &LocalClient, terminal: &mut Terminal) {
    warn(client, terminal);
    for ServerStatus { status, .. } in client.statuses() {
        if status.listed_at.is_none() && status.state != UpstreamState::Configured {
            terminal.warn(format!("{}: {}", status.name, why(&status)));
        }
    }
}

/// Says that there is nothing to list, and why if no server is configured at all.
pub(crate) fn nothing(client: &LocalClient, what: &str, terminal: &mut Terminal) {
    if client.statuses().is_empty() {
        terminal.line("no MCP servers are configured");
        terminal.note("`keyway mcp add` adds one");
    } else {
        terminal.line(format!("no {what}"));
    }
}

/// Nothing when the server is connected; else a failure that says what its state is, and what to
/// do.
pub(crate) fn connected(client: &LocalClient, name: &str) -> Result<(), Failure> {
    let statuses = client.statuses();
    let status = statuses.iter().find(|status| status.status.name == name);
    let Some(status) = status.map(|status| &status.status) else {
        return known(client, name).map(|_| ());
    };
    match status.state {
        UpstreamState::Connected => Ok(()),
        UpstreamState::AuthRequired | UpstreamState::AuthFailed if status.auth == "oauth" => {
            Err(not_connected(status)
                .with_hint(format!("`keyway mcp connect {name}` signs you in")))
        }
        _ => Err(not_connected(status)),
    }
}

fn not_connected(status: &UpstreamStatus) -> Failure {
    let message = format!("`{}` is not connected: {}", status.name, why(status));
    Failure::new("not_connected", message)
}

/// A state, and why it is so.
pub(crate) fn why(status: &UpstreamStatus) -> String {
    let state = word(status.state);
    match &status.reason {
        Some(reason) => format!("{state}: {}", plain(reason)),
        None => state.to_owned(),
    }
}

/// A state as the status writes it.
fn word(state: UpstreamState) -> &'static str {
    match state {
        UpstreamState::Configured => "configured",
        UpstreamState::Connecting => "connecting",
        UpstreamState::Connected => "connected",
        UpstreamState::Disconnected => "disconnected",
        UpstreamState::AuthRequired => "auth_required",
        UpstreamState::AuthFailed => "auth_failed",
    }
}
