use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use keyway_app::setup;
use keyway_app::system::SystemClock;
use keyway_app::{ApiKeyView, ApiKeys as Keys, DEFAULT_OVERLAP, IssuedKey, KeyRequest};
use keyway_core::ports::Clock as _;
use keyway_core::{ApiKeyId, Principal, Scopes, Subject};
use keyway_vault::random::SystemRandom;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::{self, Local};
use super::terminal::Terminal;
use crate::config::{Config, parse_duration};

const EXAMPLES: &str = "\
Examples:
  keyway api-keys create laptop --expires-in 90d
  keyway api-keys create agent --scope mcp:tools --scope tools:github__*
  keyway api-keys create ci --service-account svc_0198… --scope mcp
  keyway api-keys list
  keyway api-keys rotate key_0198… --overlap 1h
  keyway api-keys revoke key_0198…";

/// Make, list, replace and end the keys that clients come in with
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApiKeys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key; it is shown this once
    Create {
        /// What it is for
        #[arg(default_value = "unnamed")]
        name: String,
        /// How long it is valid, like 90d; for ever when not given
        #[arg(long, value_name = "TIME")]
        expires_in: Option<String>,
        /// What it may be used for, once for each scope; everything when not given
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
        /// The service account it is for; the first owner when not given
        #[arg(long, value_name = "ID")]
        service_account: Option<String>,
    },
    /// List all keys; never their texts
    List,
    /// Replace a key by a new one; the old one stays valid for a while
    Rotate {
        /// The key's id, as `list` shows it
        id: String,
        /// How long the old one stays valid [default: 24h]
        #[arg(long, value_name = "TIME")]
        overlap: Option<String>,
    },
    /// End a key at once
    Revoke {
        /// The key's id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: ApiKeys,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    match command.command {
        Command::Create {
            name,
            expires_in,
            scope,
            service_account,
        } => {
            let request = KeyRequest {
                name,
                expires_at: expires_in.as_deref().map(moment_from_now).transpose()?,
                scopes: scopes(&scope)?,
                service_account: service_account
                    .map(|text| super::people::id(&text, "keyway service-accounts list"))
                    .transpose()?,
            };
            if open(&config).await?.is_none() {
                // A fresh data directory is set up first, as `serve` would.
                Local::set_up(&invocation.gateway, &config, terminal).await?;
            }
            let (keys, who) = open(&config).await?.ok_or_else(nothing_here)?;
            let issued = keys.issue(&who, request).await?;
            show_issued(&issued, "made", terminal);
        }
        Command::List => {
            let (keys, who) = open(&config).await?.ok_or_else(nothing_here)?;
            show_list(&keys.list(&who).await?, terminal);
        }
        Command::Rotate { id, overlap } => {
            let id = key_id(&id)?;
            let overlap = match overlap.as_deref() {
                Some(text) => parse_duration(text).ok_or_else(|| bad_time("--overlap"))?,
                None => DEFAULT_OVERLAP,
            };
            let (keys, who) = open(&config).await?.ok_or_else(nothing_here)?;
            let issued = keys.rotate(&who, &id, overlap).await?;
            let until = SignedDuration::try_from(overlap)
                .ok()
                .and_then(|overlap| issued.view.created_at.checked_add(overlap).ok());
            let until = until.map_or_else(|| "-".to_owned(), minute);
            let what = format!("made; the old one is valid until {until} at the latest");
            show_issued(&issued, &what, terminal);
        }
        Command::Revoke { id } => {
            let id = key_id(&id)?;
            let (keys, who) = open(&config).await?.ok_or_else(nothing_here)?;
            keys.revoke(&who, &id).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": id, "state": "revoked" }));
            } else {
                terminal.line(format!(
                    "revoked {id}; a running gateway notices within seconds"
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The keys, and the operator as the one who asks; `None` where no gateway was ever started.
async fn open(config: &Config) -> Result<Option<(Keys, Principal)>, Failure> {
    if !config.storage.is_there() {
        return Ok(None);
    }
    let store = local::store(config).await?;
    let organization = setup::organization(&store)
        .await
        .map_err(|error| Failure::new("database", format!("cannot use the database: {error}")))?;
    Ok(organization.map(|organization| {
        let keys = Keys::new(store, Arc::new(SystemClock), Arc::new(SystemRandom));
        (keys, Principal::new(organization.id, Subject::Local))
    }))
}

fn nothing_here() -> Failure {
    Failure::new(
        "no_data",
        "there are no API keys in this data directory yet",
    )
    .with_hint("start the gateway once (`keyway serve`), or name the directory with --data-dir")
}

fn key_id(text: &str) -> Result<ApiKeyId, Failure> {
    text.parse().map_err(|error: keyway_core::ids::BadId| {
        Failure::usage("bad_id", error.to_string())
            .with_hint("`keyway api-keys list` shows the ids")
    })
}

/// The scopes, if any were named.
fn scopes(all: &[String]) -> Result<Option<Scopes>, Failure> {
    if all.is_empty() {
        return Ok(None);
    }
    let read = all.join(" ").parse();
    read.map(Some)
        .map_err(|error: keyway_core::scopes::UnknownScope| {
            Failure::usage("bad_scope", format!("--scope: {error}"))
        })
}

fn moment_from_now(text: &str) -> Result<Timestamp, Failure> {
    let wait = parse_duration(text).ok_or_else(|| bad_time("--expires-in"))?;
    let wait = SignedDuration::try_from(wait).map_err(|_| bad_time("--expires-in"))?;
    SystemClock
        .now()
        .checked_add(wait)
        .map_err(|_| bad_time("--expires-in"))
}

fn bad_time(flag: &str) -> Failure {
    let message = format!("{flag}: expected a time span like 30m, 24h or 90d");
    Failure::usage("bad_time", message)
}

fn show_issued(issued: &IssuedKey, what: &str, terminal: &mut Terminal) {
    let view = &issued.view;
    if terminal.is_json() {
        let mut value = serde_json::to_value(view).unwrap_or_default();
        if let Some(value) = value.as_object_mut() {
            value.insert("key".into(), issued.secret.expose().as_str().into());
        }
        terminal.value(&value);
        return;
    }
    terminal.note(format!(
        "{} ({}) {what}. It is shown this once and kept only as a hash:",
        view.name, view.id
    ));
    terminal.line(issued.secret.expose());
}

fn show_list(keys: &[ApiKeyView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "apiKeys": keys }));
        return;
    }
    let day = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), minute);
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            let state = serde_json::to_value(key.state).unwrap_or_default();
            vec![
                key.id.to_string(),
                key.name.clone(),
                key.shown.clone(),
                key.scopes.clone(),
                state.as_str().unwrap_or("-").to_owned(),
                day(Some(key.created_at)),
                day(key.last_used_at),
                day(key.expires_at),
            ]
        })
        .collect();
    let head = [
        "ID",
        "NAME",
        "KEY",
        "SCOPES",
        "STATE",
        "MADE",
        "LAST USED",
        "EXPIRES",
    ];
    terminal.table(&head, &rows);
}

/// A moment to the minute, in UTC.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}
