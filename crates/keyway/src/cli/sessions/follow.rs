use std::process::ExitCode;

use clap::Args;
use keyway_app::App;
use keyway_app::agents::{EventView, News, SessionState};
use keyway_core::{Principal, SessionId};

use super::{print, session};
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

/// Follow a session: what happened in it, and what happens until nothing goes on any more
///
/// Exit code 1 when the last turn did not come to its end.
#[derive(Debug, Args)]
pub(super) struct Follow {
    /// Its id, as `list` shows it
    id: String,
    /// Begin behind this event
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    /// Go on where nothing goes on, until Ctrl-C
    #[arg(long)]
    forever: bool,
}

pub(super) async fn run(
    app: &App,
    who: &Principal,
    command: Follow,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let id = session(&command.id)?;
    let following = follow(app, who, &id, command.after, terminal, |state| {
        !command.forever && !is_at_work(state)
    });
    tokio::select! {
        done = following => done,
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(130)),
    }
}

/// Prints what happens until a state says that it is enough.
pub(super) async fn follow(
    app: &App,
    who: &Principal,
    id: &SessionId,
    after: u64,
    terminal: &mut Terminal,
    mut is_enough: impl FnMut(&SessionState) -> bool,
) -> Result<ExitCode, Failure> {
    let mut listening = app.follow_session(who, id, after).await?;
    while let Some(news) = listening.next().await {
        match news {
            News::Event(event) => tell(&event, terminal),
            News::State(state) => {
                for approval in &state.approvals {
                    terminal.note(format!("waits for a decision: {approval}"));
                }
                if is_enough(&state) {
                    let well = matches!(state.status, "finished" | "idle");
                    return Ok(ExitCode::from(u8::from(!well)));
                }
            }
            News::Gone(gone) => return Err(Failure::new(gone.code(), gone.describe())),
        }
    }
    Err(Failure::new("events_unavailable", "nothing more is told"))
}

/// Whether something goes on in a session, or waits.
pub(super) fn is_at_work(state: &SessionState) -> bool {
    state.status == "running" || state.queued > 0
}

/// One event: with `--json` on a line of its own.
fn tell(event: &EventView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.line(event.value().to_string());
    } else if let Some(line) = print::line(event.value()) {
        terminal.line(line);
    }
}
