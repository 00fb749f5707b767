//! What somebody is told whose call does not run, or not yet.

use keyway_core::{ApprovalId, Error, Kind};
use keyway_store::{Approval, ApprovalState};

/// What the codes of all of them begin with.
const CODES: &str = "approval_";

/// True for an error about an approval.
pub(crate) fn is_approval(error: &Error) -> bool {
    error.code().starts_with(CODES)
}

/// Nobody has decided yet.
pub(super) fn pending(id: &ApprovalId, url: Option<&str>) -> Error {
    let error = Error::new(
        Kind::Conflict,
        "approval_pending",
        format!("this call waits for a person's approval ({id})"),
    )
    .with_hint("make the same call again once it was approved; it is not made before")
    .with_detail("approval", id.as_str());
    match url {
        Some(url) => error.with_detail("url", url),
        None => error,
    }
}

/// How an approval ended under which a call cannot run.
pub(super) fn ended(approval: &Approval) -> Error {
    let (code, message) = match approval.state {
        ApprovalState::Pending => return pending(&approval.id, None),
        ApprovalState::Approved | ApprovalState::Expired => (
            "approval_expired",
            "this call was not approved, or not made, in time",
        ),
        ApprovalState::Denied => (
            "approval_denied",
            "a person was asked to approve this call and did not",
        ),
        ApprovalState::Executed if is_lost(approval) => (
            "approval_outcome_unknown",
            "this call was approved and begun, and it is not known how it ended",
        ),
        ApprovalState::Executed => (
            "approval_spent",
            "this call was approved once and has been made; it is not made again",
        ),
        ApprovalState::Void => (
            "approval_void",
            "the approval does not count: something has changed since it was asked for",
        ),
    };
    let error = Error::new(Kind::Forbidden, code, message);
    let error = error.with_detail("approval", approval.id.as_str());
    let error = match &approval.reason {
        Some(reason) => error.with_detail("reason", reason.as_str()),
        None => error,
    };
    match approval.state {
        ApprovalState::Executed if is_lost(approval) => error.with_hint(
            "look whether it was done before asking for it again: it may have been done",
        ),
        ApprovalState::Executed => {
            error.with_hint("make the call without naming the approval to ask for another one")
        }
        ApprovalState::Void | ApprovalState::Expired | ApprovalState::Approved => {
            error.with_hint("make the call again to ask anew")
        }
        _ => error,
    }
}

/// Whether nobody said how a run ended that was begun.
pub(super) fn is_lost(approval: &Approval) -> bool {
    approval.state == ApprovalState::Executed && approval.outcome.as_deref() == Some("unknown")
}

/// There is no such approval for who asks.
pub(super) fn unknown() -> Error {
    Error::new(
        Kind::NotFound,
        "approval_not_found",
        "there is no approval with this id",
    )
}

/// Nobody can be asked.
pub(super) fn unavailable(why: &'static str) -> Error {
    Error::new(
        Kind::Forbidden,
        "approval_unavailable",
        "this call needs a person's approval, and nobody can be asked for it now",
    )
    .with_hint(why)
}

/// What somebody decides who was not the first, or too late.
pub(super) fn decided_already(approval: &Approval) -> Error {
    let message = match (&approval.decided, approval.state) {
        (_, ApprovalState::Expired) => "the time to decide about this is over".to_owned(),
        (_, ApprovalState::Void) => "there is nothing to decide any more".to_owned(),
        (Some(decided), state) => {
            let how = match state {
                ApprovalState::Denied => "denied",
                _ => "approved",
            };
            format!("{} {how} this already", decided.by)
        }
        (None, _) => "this was decided already".to_owned(),
    };
    let code = match approval.state {
        ApprovalState::Expired => "approval_expired",
        ApprovalState::Void => "approval_void",
        _ => "approval_decided",
    };
    let error = Error::new(Kind::Conflict, code, message);
    let error = error.with_detail("state", approval.state.as_str());
    let error = match &approval.decided {
        Some(decided) => error.with_detail("decidedBy", decided.by.as_str()),
        None => error,
    };
    match &approval.reason {
        Some(reason) => error.with_detail("reason", reason.as_str()),
        None => error,
    }
}

/// Who asks may not decide.
pub(super) fn own() -> Error {
    Error::new(
        Kind::Forbidden,
        "approval_own",
        "who asked for a call, or whose client or agent did, may not decide about it like this",
    )
    .with_hint("sign in yourself where policy lets people decide about their own; else another person decides")
}

/// Decisions are made by people.
pub(super) fn not_by_hand() -> Error {
    Error::new(
        Kind::Forbidden,
        "not_by_an_agent",
        "decisions are not made by agents",
    )
    .with_hint("decide in the console, on the command line or with an API key")
}
