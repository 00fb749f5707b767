use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use keyway_app::agents::{Prompted, Prompting};
use keyway_app::credentials::CredentialChoice;
use keyway_core::ports::NoCaller;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::watch::{Printed, Watch};
use super::{find, servers};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;

/// Say something to an agent, here and now, as the operator
///
/// Prints what the agent says; the session's id goes to standard error, to go on with. Exit code 1 when
/// the turn did not come to its end.
#[derive(Debug, Args)]
pub(super) struct Prompt {
    /// The agent's slug
    slug: String,
    /// What to say
    #[arg(long, short, value_name = "TEXT")]
    message: String,
    /// The session to go on with; a new one when not given
    #[arg(long, value_name = "ID")]
    session_id: Option<String>,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Prompt,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let loaded = invocation.configuration()?;
    let gateway = &invocation.gateway;
    // A session that nobody finds again is of no use.
    if !loaded.config.storage.is_there() {
        Local::set_up(gateway, &loaded.config, terminal).await?;
    }
    let local = Local::open(gateway, &loaded.config).await?;
    let done = said(invocation, &local, loaded, &command, terminal).await;
    local.close().await;
    done
}

async fn said(
    invocation: &Invocation,
    local: &Local,
    loaded: crate::config::Loaded,
    command: &Prompt,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let agent = find(local, &command.slug)?;
    servers::connect(invocation, local, loaded, &agent).await;
    let app = local.app();
    let (who, request, cancel) = (app.local(), app.new_request_id(), CancellationToken::new());
    let (send, mut heard) = mpsc::unbounded_channel();
    let live = terminal.is_seen() && !terminal.is_json();
    let prompting = app.prompt(Prompting {
        who: &who,
        agent: &command.slug,
        message: &command.message,
        session: command.session_id.as_deref(),
        caller: Arc::new(NoCaller),
        cancel: &cancel,
        request: &request,
        credentials: CredentialChoice::default(),
        follower: live.then(|| Arc::new(Watch(send)) as _),
    });
    tokio::pin!(prompting);
    let mut printed = Printed::default();
    let mut interrupted = false;
    let prompted = loop {
        tokio::select! {
            biased;
            Some(update) = heard.recv() => printed.tell(&update, terminal),
            prompted = &mut prompting => break prompted,
            _ = tokio::signal::ctrl_c(), if !interrupted => {
                interrupted = true;
                cancel.cancel();
            }
        }
    };
    while let Ok(update) = heard.try_recv() {
        printed.tell(&update, terminal);
    }
    printed.end(terminal);
    let prompted = prompted?;
    tell(&prompted, live, terminal);
    Ok(match (interrupted, &prompted.error) {
        (true, _) => ExitCode::from(130),
        (false, Some(_)) => ExitCode::FAILURE,
        (false, None) => ExitCode::SUCCESS,
    })
}

/// Prints what came of it; what was printed while it ran is not printed again.
fn tell(prompted: &Prompted, live: bool, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(prompted));
        return;
    }
    if !live {
        for message in &prompted.messages {
            terminal.line(&message.text);
        }
    }
    if let Some(error) = &prompted.error {
        let mut failure = Failure::new(&error.code, &error.message);
        failure.hint.clone_from(&error.hint);
        terminal.fail(&failure);
    }
    terminal.note(format!("session {}", prompted.session_id));
}
