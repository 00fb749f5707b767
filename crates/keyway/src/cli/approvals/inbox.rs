use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use keyway_app::approvals::{
    ApprovalDetail, ApprovalView, Approvals, Decide, ListApprovals, Through,
};
use keyway_client::text::line;
use keyway_core::{ApprovalId, Principal};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::people::{Organization, id, minute};
use crate::cli::terminal::Terminal;

/// How often a command that waits looks.
const LOOK: Duration = Duration::from_millis(500);

/// What waits for a decision at this gateway.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List calls that wait for a decision, or waited, the last asked first
    List {
        #[command(flatten)]
        organization: Organization,
        /// Those in this state: pending, approved, denied, expired, executed or void
        #[arg(long)]
        state: Option<String>,
        /// The most to list [default: 50]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: Option<u32>,
        /// Where to go on, as the list before said
        #[arg(long)]
        cursor: Option<String>,
    },
    /// Show a call that waits, and what it is made with
    Show {
        #[command(flatten)]
        organization: Organization,
        /// Its id, as `list` shows it
        id: String,
    },
    /// Approve a call: it runs once, when it is made again
    Approve {
        #[command(flatten)]
        organization: Organization,
        /// Its id, as `list` shows it
        id: String,
    },
    /// Deny a call
    Deny {
        #[command(flatten)]
        organization: Organization,
        /// Its id, as `list` shows it
        id: String,
        /// Why; whoever asked is told
        #[arg(long)]
        reason: Option<String>,
    },
    /// Wait until somebody decided; exit code 0 once it is approved, 1 when it will not run
    Wait {
        #[command(flatten)]
        organization: Organization,
        /// Its id, as `list` shows it
        id: String,
        /// The longest to wait, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        timeout: u64,
    },
}

impl Command {
    fn organization(&self) -> &str {
        let (Self::List { organization, .. }
        | Self::Show { organization, .. }
        | Self::Approve { organization, .. }
        | Self::Deny { organization, .. }
        | Self::Wait { organization, .. }) = self;
        &organization.organization
    }
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let operator = local.app().local();
    let who = local.app().people();
    let done = match who.operator_of(&operator, command.organization()).await {
        Ok(who) => dispatch(&local.app().approvals().beside(), &who, command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    approvals: &Approvals,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command {
        Command::List {
            state,
            limit,
            cursor,
            ..
        } => {
            let list = ListApprovals {
                state: state.as_deref(),
                own: false,
                session: None,
                cursor: cursor.as_deref(),
                limit,
            };
            let page = approvals.list(who, &list).await?;
            if terminal.is_json() {
                terminal.value(&json!(page));
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<_> = page.approvals.iter().map(row).collect();
            let columns = ["ID", "TOOL", "STATE", "FOR", "ASKED", "EXPIRES"];
            terminal.table(&columns, &rows);
            if let Some(next) = &page.next_cursor {
                terminal.note(format!("there are more: --cursor {next}"));
            }
        }
        Command::Show { id, .. } => {
            shown(&approvals.show(who, &approval(&id)?).await?, terminal);
        }
        Command::Approve { id, .. } => {
            let id = approval(&id)?;
            let decided = approvals.decide(who, &id, Decide::Approve, Through::Cli);
            told(&decided.await?, terminal);
        }
        Command::Deny { id, reason, .. } => {
            let id = approval(&id)?;
            let deny = Decide::Deny(reason.as_deref());
            let decided = approvals.decide(who, &id, deny, Through::Cli);
            told(&decided.await?, terminal);
        }
        Command::Wait { id, timeout, .. } => {
            return wait(approvals, who, &approval(&id)?, timeout, terminal).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn wait(
    approvals: &Approvals,
    who: &Principal,
    id: &ApprovalId,
    seconds: u64,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
    loop {
        let now = approvals.show(who, id).await?.approval;
        if now.state != "pending" {
            told(&now, terminal);
            let runs = matches!(now.state, "approved" | "executed");
            return Ok(if runs {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        if tokio::time::Instant::now() >= until {
            let message = format!("nobody decided within {seconds} s");
            return Err(Failure::new("approval_pending", message)
                .with_hint("wait longer with --timeout; it can still be decided"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn approval(text: &str) -> Result<ApprovalId, Failure> {
    id(text, "keyway approvals list")
}

fn row(of: &ApprovalView) -> Vec<String> {
    vec![
        of.id.to_string(),
        line(&of.tool, 64),
        of.state.to_owned(),
        line(of.actor_name.as_ref().unwrap_or(&of.actor), 40),
        minute(of.created_at),
        minute(of.expires_at),
    ]
}

fn told(of: &ApprovalView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    let by = match (&of.decided_by_name, &of.decided_by) {
        (Some(name), _) => format!(" by {}", line(name, 40)),
        (None, Some(id)) => format!(" by {id}"),
        (None, None) => String::new(),
    };
    terminal.line(format!(
        "{} {}: {}{by}",
        of.id,
        line(&of.tool, 64),
        of.state
    ));
    if let Some(reason) = &of.reason {
        terminal.line(format!("reason: {}", line(reason, 500)));
    }
}

fn shown(of: &ApprovalDetail, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    told(&of.approval, terminal);
    let approval = &of.approval;
    let who = approval.actor_name.as_ref().unwrap_or(&approval.actor);
    terminal.line(format!("for {}", line(who, 80)));
    for (what, value) in [
        ("client", &approval.client),
        ("agent", &approval.agent),
        ("session", &approval.session),
        ("job", &approval.job),
        ("server", &approval.server),
        ("outcome", &approval.outcome),
    ] {
        if let Some(value) = value {
            terminal.line(format!("{what} {}", line(value, 200)));
        }
    }
    terminal.line(format!("expires {}", minute(approval.expires_at)));
    if let Some(arguments) = &of.arguments {
        terminal.line("arguments:");
        for text in arguments.lines() {
            terminal.line(format!("  {}", line(text, 400)));
        }
    }
}
