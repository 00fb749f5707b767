use keyway_agent::transcript::StopReason;
use keyway_core::{Error, Kind};
use keyway_store::TurnEnd;

/// What a turn that did not come to its end is as an error, and as a row.
pub(super) fn of(reason: &StopReason) -> Option<(TurnEnd, Error)> {
    Some(match reason {
        StopReason::Finished => return None,
        StopReason::Interrupted => (
            TurnEnd::Interrupted,
            Error::new(Kind::Cancelled, "cancelled", "the turn was interrupted"),
        ),
        StopReason::Budget { which } => (TurnEnd::Budget, spent(which)),
        StopReason::Failed { code, message } => (
            TurnEnd::Failed,
            Error::new(Kind::BadGateway, code.clone(), message.clone()),
        ),
    })
}

pub(super) fn spent(which: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "agent_budget_spent",
        format!("the agent used up its budget of {which} before it was done"),
    )
    .with_hint("the next message in the session has a budget of its own")
}

pub(super) fn no_agent() -> Error {
    Error::new(
        Kind::NotFound,
        "agent_not_found",
        "there is no agent of this name here",
    )
}

pub(super) fn no_session() -> Error {
    Error::new(
        Kind::NotFound,
        "session_not_found",
        "there is no session with this id",
    )
}

pub(super) fn busy() -> Error {
    Error::new(
        Kind::Conflict,
        "session_busy",
        "the agent is answering in this session: one message at a time",
    )
    .with_hint("wait for the answer, or begin another session")
}
