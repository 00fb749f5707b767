use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_core::Kind;

use super::one::read;
use crate::console::member::Member;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/sessions/{id}/stop`: stops the turn that runs, and what waits.
pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let stopped = shared.app.interrupt(member.who(), &id).await?;
    let code = if stopped.is_any() {
        "session-stopped"
    } else {
        "session-still"
    };
    Ok(done(&format!("/console/sessions/{id}"), code))
}

/// `POST /console/sessions/{id}/archive`
pub(super) async fn archive(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let code = match shared.app.archive_session(member.who(), &id).await {
        Ok(_) => "session-archived",
        // Something began while the page was looked at: it shows what.
        Err(error) if error.kind() == Kind::Conflict => "session-at-work",
        Err(error) => return Err(error.into()),
    };
    Ok(done(&format!("/console/sessions/{id}"), code))
}

/// `POST /console/sessions/{id}/unarchive`
pub(super) async fn unarchive(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    shared.app.unarchive_session(member.who(), &id).await?;
    Ok(done(
        &format!("/console/sessions/{id}"),
        "session-unarchived",
    ))
}
