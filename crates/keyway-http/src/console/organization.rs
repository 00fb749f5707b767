use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::{Error, Kind, OrgId};

use super::member::Member;
use super::routes::Route;
use super::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::member("/console/organization").post(switch)]
}

/// `POST /console/organization`: moves to another organization one belongs to.
async fn switch(
    State(shared): State<Arc<Shared>>,
    member: Member,
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
        .switch_organization(&member.web, &organization)
        .await?;
    Ok(done("/console", "organization"))
}
