//! `keyway webhook-endpoints`: where the organization is told of what happens in it.

mod shown;

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyway_app::webhook_endpoints::{
    EndpointDraft, EndpointPatch, EventType, ListMessages, MessageView,
};
use keyway_core::{Principal, WebhookEndpointId, WebhookMessageId};
use serde_json::json;

use self::shown::{list, made, message, messages, told};
use super::audit::moment;
use super::confirm::confirmed;
use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway webhook-endpoints add https://acme.example/hooks --event session.answered
  keyway webhook-endpoints test whe_0198…            send an example
  keyway webhook-endpoints messages whe_0198… --state failed
  keyway webhook-endpoints replay msg_0198…          send one message once more
  keyway webhook-endpoints replay-failed whe_0198… --since 24h
  keyway webhook-endpoints rotate-secret whe_0198…";

/// Have sessions and approvals told to other systems: signed webhooks that go out
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WebhookEndpoints {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an endpoint. Shows once what messages to it are signed with
    Add {
        /// Where messages are posted to: an https URL
        url: String,
        /// A type of events it is told of; every type when not given
        #[arg(long = "event", value_name = "TYPE", value_parser = PossibleValuesParser::new(types()))]
        events: Vec<String>,
        /// Have it switched off at first
        #[arg(long)]
        off: bool,
    },
    /// List them, the last made first
    List,
    /// Show one, and how it fares
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Change one; what is not given stays
    Change {
        /// Its id, as `list` shows it
        id: String,
        /// Where messages are posted to: an https URL
        #[arg(long)]
        url: Option<String>,
        /// A type of events it is told of; all of them have to be given
        #[arg(long = "event", value_name = "TYPE", value_parser = PossibleValuesParser::new(types()))]
        events: Vec<String>,
    },
    /// Switch one on; how it failed before is forgotten
    Enable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Switch one off; it is told of nothing that happens meanwhile
    Disable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Remove one: its secret is gone
    Remove {
        /// Its id, as `list` shows it
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Replace its secret, and show the new one once; for 24 hours both sign
    #[command(name = "rotate-secret")]
    RotateSecret {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Send it an example
    Test {
        /// Its id, as `list` shows it
        id: String,
    },
    #[command(flatten)]
    Sending(Sending),
}

#[derive(Debug, Subcommand)]
enum Sending {
    /// List the messages to it, the last first
    Messages {
        /// Its id, as `list` shows it
        id: String,
        /// Those in this state
        #[arg(long, value_parser = MessageView::STATES)]
        state: Option<String>,
        /// The most to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a message; never what it says
    Message {
        /// Its id, as `messages` shows it
        id: String,
    },
    /// Send a message once more, with the same id
    Replay {
        /// Its id, as `messages` shows it
        id: String,
    },
    /// Send every message once more that failed
    #[command(name = "replay-failed")]
    ReplayFailed {
        /// The endpoint's id, as `list` shows it
        id: String,
        /// Those made since then: a moment, or a time span like 24h
        #[arg(long, value_name = "TIME", default_value = "24h")]
        since: String,
    },
}

fn types() -> Vec<&'static str> {
    EventType::ALL.iter().map(|one| one.name).collect()
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: WebhookEndpoints,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let done = match local
        .app()
        .people()
        .operator_of(&operator, organization)
        .await
    {
        Ok(who) => dispatch(&local, &who, command.command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    local: &Local,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let all = local.app().webhook_endpoints();
    match command {
        Command::Add { url, events, off } => {
            let draft = EndpointDraft {
                url,
                events: if events.is_empty() {
                    types().into_iter().map(str::to_owned).collect()
                } else {
                    events
                },
                enabled: !off,
            };
            made(&all.create(who, &draft).await?, terminal);
        }
        Command::List => {
            let (mut rows, mut cursor) = (Vec::new(), None);
            loop {
                let page = all.list(who, cursor.as_deref(), Some(200)).await?;
                rows.extend(page.webhook_endpoints);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            list(&rows, terminal);
        }
        Command::Show { id } => told(&all.show(who, &endpoint(&id)?).await?, terminal),
        Command::Change { id, url, events } => {
            let patch = EndpointPatch {
                url,
                events: (!events.is_empty()).then_some(events),
                ..EndpointPatch::default()
            };
            told(&all.change(who, &endpoint(&id)?, patch).await?, terminal);
        }
        Command::Enable { id } => {
            told(&all.change(who, &endpoint(&id)?, on(true)).await?, terminal);
        }
        Command::Disable { id } => {
            told(
                &all.change(who, &endpoint(&id)?, on(false)).await?,
                terminal,
            );
        }
        Command::Remove { id, yes } => return remove(local, who, &id, yes, terminal).await,
        Command::RotateSecret { id } => made(&all.rotate(who, &endpoint(&id)?).await?, terminal),
        Command::Test { id } => message(&all.test(who, &endpoint(&id)?).await?, terminal),
        Command::Sending(command) => sending(local, who, command, terminal).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn sending(
    local: &Local,
    who: &Principal,
    command: Sending,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let all = local.app().webhook_messages();
    match command {
        Sending::Messages {
            id,
            state,
            limit,
            cursor,
        } => {
            let wanted = ListMessages {
                state: state.as_deref(),
                cursor: cursor.as_deref(),
                limit,
            };
            messages(&all.list(who, &endpoint(&id)?, &wanted).await?, terminal);
        }
        Sending::Replay { id } => message(&all.replay(who, &one(&id)?).await?, terminal),
        Sending::Message { id } => message(&all.show(who, &one(&id)?).await?, terminal),
        Sending::ReplayFailed { id, since } => {
            let since = moment("--since", &since)?;
            let replayed = all.replay_failed(who, &endpoint(&id)?, since).await?;
            if terminal.is_json() {
                terminal.value(&json!(replayed));
            } else {
                terminal.line(format!("{} messages are sent once more", replayed.replayed));
            }
        }
    }
    Ok(())
}

async fn remove(
    local: &Local,
    who: &Principal,
    id: &str,
    yes: bool,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let (all, id) = (local.app().webhook_endpoints(), endpoint(id)?);
    all.show(who, &id).await?;
    if !yes && !confirmed(terminal, &format!("Remove {id}?"), "give --yes")? {
        return Ok(ExitCode::FAILURE);
    }
    all.remove(who, &id).await?;
    if terminal.is_json() {
        terminal.value(&json!({ "id": id, "state": "removed" }));
    } else {
        terminal.line(format!("{id} is removed"));
    }
    Ok(ExitCode::SUCCESS)
}

fn on(enabled: bool) -> EndpointPatch {
    EndpointPatch {
        enabled: Some(enabled),
        ..EndpointPatch::default()
    }
}

fn endpoint(text: &str) -> Result<WebhookEndpointId, Failure> {
    id(text, "keyway webhook-endpoints list")
}

fn one(text: &str) -> Result<WebhookMessageId, Failure> {
    id(text, "keyway webhook-endpoints messages")
}
