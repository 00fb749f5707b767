use std::process::ExitCode;

use clap::Args;
use keyway_app::system::SystemClock;
use keyway_client::text;
use keyway_core::ports::Clock as _;
use keyway_oauth::GrantInfo;
use serde_json::json;

use super::{grant_json, kept_in};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::select;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start};

/// Show what you are signed in to, without any token
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp grants --json")]
pub(crate) struct Grants {}

pub(crate) async fn run(
    invocation: &Invocation,
    _command: &Grants,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    LocalClient::run(invocation, Options::once(Start::Nothing), async |client| {
        select::warn(client, terminal);
        let place = client.grants().place();
        let place = place.map_err(|error| Failure::new("grants_unreadable", error.to_string()))?;
        let grants = client.oauth().grants().await;
        if terminal.is_json() {
            let grants: Vec<_> = grants.iter().map(grant_json).collect();
            terminal.value(&json!({ "keptIn": kept_in(&place), "grants": grants }));
            return Ok(ExitCode::SUCCESS);
        }
        if grants.is_empty() {
            terminal.line("you are signed in to no server");
            return Ok(ExitCode::SUCCESS);
        }
        let rows: Vec<_> = grants.iter().map(row).collect();
        let head = ["GRANT", "ISSUER", "SCOPES", "TOKEN"];
        terminal.table(&head, &rows);
        terminal.note(format!("kept {place}"));
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn row(grant: &GrantInfo) -> Vec<String> {
    let now = SystemClock.now();
    let token = match grant.expires_at {
        _ if grant.renewable => "renews itself",
        Some(moment) if moment <= now => "expired",
        Some(_) => "expires",
        None => "no known end",
    };
    let token = match grant.expires_at {
        Some(moment) if !grant.renewable => format!("{token} {moment:.0}"),
        _ => token.to_owned(),
    };
    vec![
        grant.name.clone(),
        text::line(&grant.issuer, 80),
        text::line(&grant.scopes.join(" "), 60),
        token,
    ]
}
