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

pub(super) fn archived() -> Error {
    Error::new(
        Kind::Conflict,
        "session_archived",
        "the session is archived: nothing more is said in it",
    )
    .with_hint("begin another session, or take this one out of the archive")
}

pub(super) fn not_yours() -> Error {
    Error::new(
        Kind::Forbidden,
        "session_of_another",
        "only who a session belongs to says something in it",
    )
}

pub(super) fn many_waiting(most: u32) -> Error {
    Error::new(
        Kind::Conflict,
        "too_many_messages",
        format!("{most} messages wait in this session already"),
    )
    .with_hint("wait until the agent has answered some, or stop what waits")
}

pub(super) fn key_reused() -> Error {
    Error::new(
        Kind::Conflict,
        "idempotency_key_reused",
        "another message was left with this idempotency key",
    )
    .with_hint("a key is for one message: use another one for this")
}

pub(super) fn at_work() -> Error {
    Error::new(
        Kind::Conflict,
        "session_at_work",
        "something goes on in the session, or waits to be said in it",
    )
    .with_hint("wait for it, or stop it first")
}
