use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_core::{Error, Kind, WebSessionId};

use super::page::done;
use crate::pages::{Visitor, VisitorForm, sign_out};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /account/sessions`: signs one browser out.
pub(in crate::pages) async fn end(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let session: WebSessionId = form.get("session").parse().map_err(|_| {
        Error::new(
            Kind::NotFound,
            "session_not_found",
            "that browser is not signed in any more",
        )
    })?;
    let people = shared.app.people();
    people.revoke_session(&visitor.web, &session).await?;
    if session == visitor.web.session {
        return Ok(sign_out::out(&visitor.visit).into_response());
    }
    Ok(done("session").into_response())
}

/// `POST /account/sign-out-everywhere`: signs every browser out, this one too.
pub(in crate::pages) async fn end_all(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    shared
        .app
        .people()
        .sign_out_everywhere(&visitor.web)
        .await?;
    Ok(sign_out::out(&visitor.visit).into_response())
}
