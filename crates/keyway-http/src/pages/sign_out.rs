use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use super::{Visit, VisitorForm};
use crate::cookies::Cookie;
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Where one is after signing out.
pub(super) const OUT: &str = "/sign-in?done=signed-out";

/// `POST /sign-out`: ends the web session.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    if let Some(visitor) = &visit.visitor {
        shared.app.people().sign_out(visitor).await?;
    }
    Ok(out(&visit).into_response())
}

/// The way out, without a session cookie.
pub(crate) fn out(visit: &Visit) -> PageReply {
    PageReply::see_other(OUT).cookie(Cookie::Session.forget(visit.transport))
}
