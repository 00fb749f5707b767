//! `keyway connectors`: remote MCP servers that are connected while the gateway runs.

mod flags;
mod shown;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::connectors::{AuthDraft, ConnectorPatch, ProbeFailure, Probed};
use keyway_core::Principal;
use serde_json::json;

use self::flags::{Changed, New};
use self::shown::{list, probed, show, told};
use super::confirm::confirmed;
use super::connect::{How, led};
use super::credentials::{ask, secret};
use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::Organization;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway connectors add \"Acme MCP\" https://mcp.acme.example/mcp --token @env:ACME_TOKEN --scheme Bearer
  keyway connectors add Docs https://docs.example/mcp --header X-Api-Key --token @file:key.txt
  keyway connectors test https://mcp.acme.example/mcp     tries a server out and saves nothing
  keyway connectors list
  keyway connectors show acme-mcp
  keyway connectors change acme-mcp --deny delete_all --call-timeout 30s
  keyway connectors connect team-wiki                     opens the page where somebody agrees
  keyway connectors rotate acme-mcp --token @stdin < new-token.txt
  keyway connectors disable acme-mcp
  keyway connectors remove acme-mcp --yes";

/// Connect remote MCP servers: their tools are there for everybody at once, without a restart
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Connectors {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Connect a server. It is tried out first, and nothing is saved unless it answers
    Add {
        /// Its name, of which its key is made: `Acme MCP` becomes `acme-mcp`
        name: String,
        /// Where it is: an http or https URL
        url: String,
        #[command(flatten)]
        with: New,
        /// Save it whether it answers or not
        #[arg(long)]
        no_test: bool,
    },
    /// List them
    List,
    /// Show one: how it is reached, and who may use it
    Show {
        /// Its key or id, as `list` shows them
        connector: String,
    },
    /// Change one; what is not given stays
    Change {
        /// Its key or id, as `list` shows them
        connector: String,
        #[command(flatten)]
        with: Changed,
    },
    /// Replace the access token of one
    Rotate {
        /// Its key or id, as `list` shows them
        connector: String,
        /// The new token: `@env:NAME`, `@file:PATH` or `@stdin`; asked for when not given
        #[arg(long, value_name = "VALUE")]
        token: Option<String>,
        /// The header whose value it is, where there are several
        #[arg(long, value_name = "NAME")]
        header: Option<String>,
    },
    /// Try a server out: one that is connected, by its key, or any, by its URL
    Test {
        /// A key, an id, or a URL
        connector: String,
        #[command(flatten)]
        with: New,
    },
    /// Connect one behind OAuth: opens the page where somebody agrees, or gets tokens right away
    Connect {
        /// Its key or id, as `list` shows them
        connector: String,
        #[command(flatten)]
        how: How,
    },
    /// Connect to one anew and read its lists
    Refresh {
        /// Its key or id, as `list` shows them
        connector: String,
    },
    /// Switch one on
    Enable {
        /// Its key or id, as `list` shows them
        connector: String,
    },
    /// Switch one off: its tools are gone until it is switched on again
    Disable {
        /// Its key or id, as `list` shows them
        connector: String,
    },
    /// Remove one: its connection ends and its secrets are gone
    Remove {
        /// Its key or id, as `list` shows them
        connector: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Connectors,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let makes = matches!(command.command, Command::Add { .. } | Command::Test { .. });
    if !config.storage.is_there() && makes {
        Local::set_up(&invocation.gateway, &config, terminal).await?;
    }
    let local = Local::open(&invocation.gateway, &config).await?;
    let people = local.app().people();
    let operator = local.app().local();
    let done = match people
        .operator_of(&operator, &command.organization.organization)
        .await
    {
        Ok(who) => dispatch(invocation, &local, &who, command.command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    invocation: &Invocation,
    local: &Local,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let all = local.app().connectors();
    match command {
        Command::Add {
            name,
            url,
            with,
            no_test,
        } => {
            let draft = with.draft(invocation, name, url, terminal)?;
            if !no_test && draft.enabled {
                let found = all.probe_draft(who, &draft).await?;
                // What wants tokens shows itself once somebody agreed.
                let agrees = matches!(draft.auth, AuthDraft::Oauth(_));
                if let Probed::Failed {
                    code, reason, hint, ..
                } = &found
                    && !(agrees && *code == ProbeFailure::WantsOauth)
                {
                    let message = format!("the server cannot be used: {reason}");
                    return Err(Failure::new("connector_untested", message)
                        .with_hint(format!("{hint}; --no-test saves it all the same")));
                }
            }
            told(&all.create(who, &draft).await?, "connected", terminal);
        }
        Command::List => {
            let (mut rows, mut cursor) = (Vec::new(), None);
            loop {
                let page = all.list(who, cursor.as_deref(), Some(200)).await?;
                rows.extend(page.connectors);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            list(&rows, terminal);
        }
        Command::Show { connector } => show(&all.get(who, &connector).await?, terminal),
        Command::Change { connector, with } => {
            let patch = with.patch(invocation, terminal)?;
            let revision = all.get(who, &connector).await?.revision;
            let view = all.change(who, &connector, revision, patch).await?;
            told(&view, "changed", terminal);
        }
        Command::Connect { connector, how } => {
            let (view, url) = all.connect(who, &connector).await?;
            if url.is_none() {
                told(&view, "connected", terminal);
                return Ok(ExitCode::SUCCESS);
            }
            let config = invocation.configuration()?.config;
            let key = format!("mcp:{}", view.slug);
            let page = (key.as_str(), format!("/connect/{key}"));
            return led(invocation, local, &config, who, page, &how, terminal).await;
        }
        Command::Rotate {
            connector,
            token,
            header,
        } => {
            let token = match token {
                Some(given) => secret(invocation, "--token", &given, terminal)?,
                None => ask("The new access token", "--token", terminal)?,
            };
            let view = all
                .rotate(who, &connector, header.as_deref(), &token)
                .await?;
            told(&view, "rotated", terminal);
        }
        Command::Test { connector, with } => {
            let found = if connector.contains("://") {
                let draft = with.draft(invocation, "test".to_owned(), connector, terminal)?;
                all.probe_draft(who, &draft).await?
            } else {
                let unchanged = ConnectorPatch::default();
                all.probe(who, &connector, unchanged).await?
            };
            return Ok(probed(&found, terminal));
        }
        Command::Refresh { connector } => {
            told(
                &all.refresh(who, &connector).await?,
                "connecting anew",
                terminal,
            );
        }
        Command::Enable { connector } => {
            let view = switch(local, who, &connector, true).await?;
            told(&view, "enabled", terminal);
        }
        Command::Disable { connector } => {
            let view = switch(local, who, &connector, false).await?;
            told(&view, "disabled", terminal);
        }
        Command::Remove { connector, yes } => {
            let view = all.get(who, &connector).await?;
            let question = format!("Remove {} ({})?", view.name, view.slug);
            if !yes && !confirmed(terminal, &question, "give --yes")? {
                return Ok(ExitCode::FAILURE);
            }
            all.remove(who, &connector).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": view.id, "state": "removed" }));
            } else {
                terminal.line(format!("removed {} ({})", view.slug, view.id));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn switch(
    local: &Local,
    who: &Principal,
    connector: &str,
    on: bool,
) -> Result<keyway_app::connectors::ConnectorView, Failure> {
    let all = local.app().connectors();
    let revision = all.get(who, connector).await?.revision;
    let patch = ConnectorPatch {
        enabled: Some(on),
        ..ConnectorPatch::default()
    };
    Ok(all.change(who, connector, revision, patch).await?)
}
