use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::publications::PublicationPatch;
use keyway_core::{Error, PublicationId};

use super::line::path;
use crate::console::member::{Admin, Member};
use crate::console::rows;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `POST /console/publications/{id}/pause`
pub(super) async fn pause(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &id, true).await?;
    Ok(done(&path(&id), "publication-paused"))
}

/// `POST /console/publications/{id}/resume`
pub(super) async fn resume(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &id, false).await?;
    Ok(done(&path(&id), "publication-resumed"))
}

/// `GET /console/publications/{id}/remove`: asks first.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let page = rows::ask("publication-remove", &view.name, &path(&id), "remove");
    admin.show(&shared, &page).await
}

/// `POST /console/publications/{id}/remove`
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.publications().remove(admin.who(), &id).await?;
    Ok(done("/console/integrations", "publication-removed"))
}

async fn switch(
    shared: &Shared,
    member: &Member,
    id: &PublicationId,
    paused: bool,
) -> Result<(), Error> {
    let patch = PublicationPatch {
        paused: Some(paused),
        ..PublicationPatch::default()
    };
    let publications = shared.app.publications();
    publications.change(member.who(), id, patch).await.map(drop)
}
