use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::PublicationId;
use keyway_pages::console_context::Issued;

use super::line::path;
use crate::console::member::Admin;
use crate::console::rows;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `POST /console/publications/{id}/setup-link`: shows the link, this once.
pub(super) async fn make_link(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let installations = shared.app.installations();
    let link = installations.make_setup_link(admin.who(), &view.installation);
    let page = Issued {
        key: "setup-link",
        name: view.name,
        secret: link.await?.url.expose().clone(),
        also: Vec::new(),
        on: path(&id),
    };
    admin.show(&shared, &page).await
}

/// `GET /console/publications/{id}/setup-link/revoke`: asks first.
pub(super) async fn ask_revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let page = rows::ask(
        "setup-link-revoke",
        &view.name,
        &path(&id),
        "setup-link/revoke",
    );
    admin.show(&shared, &page).await
}

/// `POST /console/publications/{id}/setup-link/revoke`
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let installations = shared.app.installations();
    installations
        .revoke_setup_link(admin.who(), &view.installation)
        .await?;
    Ok(done(&path(&id), "setup-link-revoked"))
}

/// `GET /console/publications/{id}/uninstall`: asks first.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let page = rows::ask("publication-uninstall", &view.name, &path(&id), "uninstall");
    admin.show(&shared, &page).await
}

/// `POST /console/publications/{id}/uninstall`
pub(super) async fn uninstall(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let view = shared.app.publications().show(admin.who(), &id).await?;
    let installations = shared.app.installations();
    installations
        .uninstall(admin.who(), &view.installation)
        .await?;
    Ok(done(&path(&id), "publication-uninstalled"))
}
