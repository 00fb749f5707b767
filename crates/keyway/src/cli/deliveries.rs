use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::inbox::{DeliveryView, ListDeliveries};
use keyway_client::text::line;
use keyway_core::{DeliveryId, Principal};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway deliveries list                      what came in, the last first
  keyway deliveries list --publication pub_0198…
  keyway deliveries why dlv_0198…             why the agent spoke, or did not
  keyway deliveries replay dlv_0198…          look at it anew";

/// List, show, explain and replay what came in by webhooks
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Deliveries {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List deliveries, the last that came first
    List {
        /// Those of this publication, by its id
        #[arg(long, value_name = "ID")]
        publication: Option<String>,
        /// Those in this state
        #[arg(long, value_parser = DeliveryView::STATES)]
        state: Option<String>,
        /// The most to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a delivery
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Say why the agent spoke about a delivery, or did not
    Why {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Look at a delivery anew, by what its publication is set to now, and say it once more
    Replay {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Deliveries,
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
    let all = local.app().deliveries();
    match command {
        Command::List {
            publication,
            state,
            limit,
            cursor,
        } => {
            let list = ListDeliveries {
                publication: publication.as_deref(),
                state: state.as_deref(),
                cursor: cursor.as_deref(),
                limit,
            };
            let page = all.list(who, &list).await?;
            if terminal.is_json() {
                terminal.value(&json!(page));
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = page.deliveries.iter().map(row).collect();
            terminal.table(&["ID", "STATE", "RULE", "CAME", "SESSION", "ERROR"], &rows);
            if let Some(next) = &page.next_cursor {
                terminal.note(format!("there are more: --cursor {next}"));
            }
        }
        Command::Show { id } => told(&all.show(who, &delivery(&id)?).await?, terminal),
        Command::Why { id } => {
            let why = all.why(who, &delivery(&id)?).await?;
            if terminal.is_json() {
                terminal.value(&json!(why));
                return Ok(ExitCode::SUCCESS);
            }
            terminal.line(format!("{}: {}", why.delivery.id, why.delivery.state));
            for reason in &why.reasons {
                terminal.line(format!("- {}", line(reason, 500)));
            }
        }
        Command::Replay { id } => told(&all.replay(who, &delivery(&id)?).await?, terminal),
    }
    Ok(ExitCode::SUCCESS)
}

fn delivery(text: &str) -> Result<DeliveryId, Failure> {
    id(text, "keyway deliveries list")
}

fn row(of: &DeliveryView) -> Vec<String> {
    vec![
        of.id.to_string(),
        of.state.to_owned(),
        of.rule.clone(),
        minute(of.received_at),
        of.session
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        of.last_error.clone().unwrap_or_default(),
    ]
}

fn told(of: &DeliveryView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    terminal.line(format!("{}: {} ({})", of.id, of.state, of.rule));
    terminal.line(format!("publication {}", of.publication));
    if let Some(conversation) = &of.conversation {
        terminal.line(format!("conversation {}", line(conversation, 200)));
    }
    if let Some(session) = &of.session {
        terminal.line(format!("session {session}"));
    }
    if let Some(before) = &of.replay_of {
        terminal.line(format!("repeats {before}"));
    }
    terminal.line(format!(
        "came {}, {} bytes; the same came {} more times",
        minute(of.received_at),
        of.bytes,
        of.duplicates
    ));
    if let Some(error) = &of.last_error {
        terminal.line(format!("last error: {error}"));
    }
}
