use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_core::{Error, Kind, OrgId};

use super::page::done;
use crate::pages::{Visitor, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /account/organization`: moves to another organization one belongs to.
pub(in crate::pages) async fn switch(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let organization: OrgId = form.get("organization").parse().map_err(|_| {
        Error::new(
            Kind::NotFound,
            "organization_not_found",
            "you belong to no such organization",
        )
    })?;
    let people = shared.app.people();
    people
        .switch_organization(&visitor.web, &organization)
        .await?;
    Ok(done("organization").into_response())
}
