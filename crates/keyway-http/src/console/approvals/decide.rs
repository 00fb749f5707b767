use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::approvals::{Decide, Through};

use super::{href, page};
use crate::console::form::{refused, sent};
use crate::console::member::Member;
use crate::console::show::done;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/approvals/{id}/approve`
pub(super) async fn approve(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    decide(&shared, &member, &id, &form, Decide::Approve).await
}

/// `POST /console/approvals/{id}/deny`
pub(super) async fn deny(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let reason = form.get("reason").replace("\r\n", "\n");
    decide(&shared, &member, &id, &form, Decide::Deny(Some(&reason))).await
}

async fn decide(
    shared: &Shared,
    member: &Member,
    id: &str,
    form: &PageForm,
    decide: Decide<'_>,
) -> Result<Response, Refusal> {
    let id = page::find(id).await?;
    let approvals = shared.app.approvals();
    match approvals
        .decide(member.who(), &id, decide, Through::Console)
        .await
    {
        Ok(_) => {
            let code = match decide {
                Decide::Approve => "approved",
                Decide::Deny(_) => "denied",
            };
            Ok(done(&href(&id), code))
        }
        Err(error) => {
            // Who may not see it is told that there is no such page.
            let filled = sent(form, &["reason"]);
            page::page(shared, member, &id, filled.clone()).await?;
            let (status, filled) = refused(error, filled)?;
            let page = page::page(shared, member, &id, filled).await?;
            member.show_as(shared, &page, status).await
        }
    }
}
