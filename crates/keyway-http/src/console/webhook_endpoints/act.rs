use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::webhook_endpoints::EndpointPatch;
use keyway_core::{Error, WebhookEndpointId};
use keyway_pages::console_context::{Confirm, Filled};

use super::line::{HERE, path};
use super::new::issued;
use super::{one, typed};
use crate::console::form::refused;
use crate::console::member::Admin;
use crate::console::rows;
use crate::console::show::done;
use crate::console::visible::visible;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `POST /console/webhooks/endpoints/{id}/enable`
pub(super) async fn enable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &id, true).await?;
    Ok(done(&path(&id), "endpoint-enabled"))
}

/// `POST /console/webhooks/endpoints/{id}/disable`
pub(super) async fn disable(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    switch(&shared, &admin, &id, false).await?;
    Ok(done(&path(&id), "endpoint-disabled"))
}

/// `POST /console/webhooks/endpoints/{id}/test`
pub(super) async fn test(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    match endpoints.test(admin.who(), &id).await {
        Ok(_) => Ok(done(&path(&id), "endpoint-tested")),
        Err(error) => trouble(&shared, &admin, &id, error).await,
    }
}

/// `GET /console/webhooks/endpoints/{id}/rotate`: asks first.
pub(super) async fn ask_rotate(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "endpoint-rotate", "rotate").await?;
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/endpoints/{id}/rotate`: shows the new secret, this once.
pub(super) async fn rotate(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    match endpoints.rotate(admin.who(), &id).await {
        Ok(made) => {
            admin
                .show(&shared, &issued("endpoint-rotated", &made))
                .await
        }
        Err(error) => trouble(&shared, &admin, &id, error).await,
    }
}

/// `GET /console/webhooks/endpoints/{id}/remove`: asks first.
pub(super) async fn ask_remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "endpoint-remove", "remove").await?;
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/endpoints/{id}/remove`
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    endpoints.remove(admin.who(), &id).await?;
    Ok(done(HERE, "endpoint-removed"))
}

/// A question about an endpoint before something is done to it.
pub(super) async fn question(
    shared: &Shared,
    admin: &Admin,
    id: &WebhookEndpointId,
    key: &'static str,
    act: &str,
) -> Result<Confirm, Error> {
    let endpoints = shared.app.webhook_endpoints();
    let view = endpoints.show(admin.who(), id).await?;
    Ok(rows::ask(key, &visible(&view.url), &path(id), act))
}

/// The page of an endpoint that something could not be done to.
pub(super) async fn trouble(
    shared: &Shared,
    admin: &Admin,
    id: &WebhookEndpointId,
    error: Error,
) -> Result<Response, Refusal> {
    let (status, trouble) = refused(error, Filled::new())?;
    let endpoints = shared.app.webhook_endpoints();
    let view = endpoints.show(admin.who(), id).await?;
    let form = typed::stored(&view);
    let page = one::page(shared, admin, view, form, trouble).await?;
    admin.show_as(shared, &page, status).await
}

async fn switch(
    shared: &Shared,
    admin: &Admin,
    id: &WebhookEndpointId,
    enabled: bool,
) -> Result<(), Error> {
    let patch = EndpointPatch {
        enabled: Some(enabled),
        ..EndpointPatch::default()
    };
    let endpoints = shared.app.webhook_endpoints();
    endpoints.change(admin.who(), id, patch).await.map(drop)
}
