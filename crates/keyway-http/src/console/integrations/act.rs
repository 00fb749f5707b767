use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::connectors::ConnectorPatch;
use keyway_pages::console_context::Confirm;

use super::shown;
use crate::console::member::{Admin, Member};
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/connectors/{name}/refresh`
pub(super) async fn refresh(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let view = shared.app.connectors().refresh(admin.who(), &name).await?;
    Ok(done(&shown::path(&view.slug), "connector-refreshed"))
}

/// `POST /console/connectors/{name}/connect`: gets tokens where nobody has to agree.
pub(super) async fn connect(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let (view, _) = shared.app.connectors().connect(admin.who(), &name).await?;
    Ok(done(&shown::path(&view.slug), "connector-connected"))
}

/// `POST /console/connectors/{name}/enable`
pub(super) async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let slug = switch(&shared, &admin, &name, true).await?;
    Ok(done(&shown::path(&slug), "connector-enabled"))
}

/// `POST /console/connectors/{name}/disable`
pub(super) async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let slug = switch(&shared, &admin, &name, false).await?;
    Ok(done(&shown::path(&slug), "connector-disabled"))
}

/// `GET /console/connectors/{name}/remove`: asks first.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared.app.connectors().get(admin.who(), &name).await?;
    let path = shown::path(&view.slug);
    let action = format!("{path}/remove");
    let page = Confirm::danger("connector-remove", &view.name, &action, &path);
    admin.show(&shared, &page).await
}

/// `POST /console/connectors/{name}/remove`
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.connectors().remove(admin.who(), &name).await?;
    Ok(done("/console/integrations", "connector-removed"))
}

/// Switches a connector on or off, whatever else was changed meanwhile.
async fn switch(shared: &Shared, member: &Member, name: &str, on: bool) -> Result<String, Refusal> {
    let connectors = shared.app.connectors();
    let view = connectors.get(member.who(), name).await?;
    let patch = ConnectorPatch {
        enabled: Some(on),
        ..ConnectorPatch::default()
    };
    let changed = connectors.change(member.who(), &view.slug, view.revision, patch);
    Ok(changed.await?.slug)
}
