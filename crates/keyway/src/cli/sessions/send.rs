use std::process::ExitCode;

use clap::Args;
use keyway_app::App;
use keyway_app::agents::{Beginning, Saying};
use keyway_core::{JobId, Principal, SessionId};
use serde_json::json;

use super::follow::{follow, is_at_work};
use super::session;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Leave a message in a session, or begin one with it
///
/// A running gateway says it to the agent, behind what was left before.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The session's id
    #[arg(required_unless_present = "agent")]
    id: Option<String>,
    /// Begin a session with this agent
    #[arg(long, value_name = "SLUG", conflicts_with = "id")]
    agent: Option<String>,
    /// What to say
    #[arg(long, short, value_name = "TEXT")]
    message: String,
    /// Of messages with the same key only the first one is said
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print what happens until the agent has answered
    #[arg(long)]
    follow: bool,
}

pub(super) async fn run(
    app: &App,
    who: &Principal,
    command: Send,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let sent = sent(app, who, &command).await?;
    if !command.follow {
        if terminal.is_json() {
            terminal.value(&json!({
                "session": sent.session, "message": sent.message, "after": sent.after
            }));
        } else {
            terminal.line(format!("{} waits to be said", sent.message));
            terminal.note(format!("session {}", sent.session));
        }
        return Ok(ExitCode::SUCCESS);
    }
    terminal.note(format!("session {}", sent.session));
    let following = follow(app, who, &sent.session, sent.after, terminal, |state| {
        !is_at_work(state)
    });
    tokio::select! {
        done = following => done,
        _ = tokio::signal::ctrl_c() => {
            app.interrupt(who, &sent.session).await?;
            Ok(ExitCode::from(130))
        }
    }
}

struct Sent {
    session: SessionId,
    message: JobId,
    after: u64,
}

async fn sent(app: &App, who: &Principal, command: &Send) -> Result<Sent, Failure> {
    let request = app.new_request_id();
    let idempotency_key = command.idempotency_key.as_deref();
    if let Some(agent) = &command.agent {
        let begun = app.begin_session(Beginning {
            who,
            agent,
            message: Some(&command.message),
            idempotency_key,
            request: &request,
        });
        let begun = begun.await?;
        let message = begun.message;
        return Ok(Sent {
            session: begun.session.id,
            message: message.ok_or_else(|| Failure::new("internal", "no message was taken"))?,
            after: 0,
        });
    }
    let id = session(command.id.as_deref().unwrap_or_default())?;
    let left = app.leave_message(Saying {
        who,
        session: &id,
        message: &command.message,
        idempotency_key,
        request: &request,
    });
    let left = left.await?;
    Ok(Sent {
        session: left.session,
        message: left.message,
        after: left.after,
    })
}
