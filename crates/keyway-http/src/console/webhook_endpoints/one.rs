use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::webhook_endpoints::{EndpointPatch, EndpointView, ListMessages, MessageView};
use keyway_core::WebhookEndpointId;
use keyway_pages::console_context::{Filled, WebhookEndpointPage};

use super::line::{line, message, path};
use super::typed;
use crate::console::form::{refused, stale_as_stored};
use crate::console::member::Admin;
use crate::console::rows::sent_revision;
use crate::console::show::{ROWS, done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// Somebody else changed it since it was read.
const STALE: &str = "webhook_endpoint_changed";

/// The fields that may have been changed by somebody else, and their labels.
const FIELDS: [(&str, &str); 2] = [("url", "endpoint-url"), ("events", "endpoint-events")];

/// `GET /console/webhooks/endpoints/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    let view = endpoints.show(admin.who(), &id).await?;
    let form = typed::stored(&view);
    let page = page(&shared, &admin, view, form, Filled::new()).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/endpoints/{id}`: another address, or other events.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    let patch = EndpointPatch {
        revision: sent_revision(&form),
        url: Some(form.get("url").to_owned()),
        events: Some(typed::events(&form)),
        enabled: None,
    };
    let Err(error) = endpoints.change(admin.who(), &id, patch).await else {
        return Ok(done(&path(&id), "endpoint-changed"));
    };
    let view = endpoints.show(admin.who(), &id).await?;
    let sent = typed::sent(&form);
    let (status, form) = if error.code() == STALE {
        let form = stale_as_stored(sent, FIELDS, &typed::stored(&view), |_, _| None);
        (StatusCode::CONFLICT, form)
    } else {
        refused(error, sent)?
    };
    let page = page(&shared, &admin, view, form, Filled::new()).await?;
    admin.show_as(&shared, &page, status).await
}

/// The page of an endpoint, with its form and what was refused besides.
pub(super) async fn page(
    shared: &Shared,
    admin: &Admin,
    view: EndpointView,
    form: Filled,
    trouble: Filled,
) -> Result<WebhookEndpointPage, Refusal> {
    let (app, who, params) = (&shared.app, admin.who(), &admin.params);
    let list = ListMessages {
        state: params.some("state"),
        cursor: params.some("cursor"),
        limit: Some(ROWS),
    };
    let found = app.webhook_messages().list(who, &view.id, &list).await?;
    let names = app.names(who, [&*view.created_by].into_iter()).await?;
    let made_by = names.get(&view.created_by);
    let at = |moment_at: Option<jiff::Timestamp>| moment_at.map(|at| moment(shared, at));
    let (on, health) = (view.enabled, &view.health);
    Ok(WebhookEndpointPage {
        endpoint: line(shared, &view),
        id: view.id.to_string(),
        switched_off: at(view.switched_off_at),
        failing_since: at(health.failing_since),
        failure: at(health.last_failure_at),
        status: health.last_status,
        error: health.last_error.clone(),
        before_until: at(view.secret_before_until),
        made: moment(shared, view.created_at),
        made_by: made_by.unwrap_or(&view.created_by).clone(),
        form,
        types: typed::types(),
        trouble,
        state: params.get("state").to_owned(),
        states: MessageView::STATES.into(),
        pager: admin.pager(&["state"], found.next_cursor.as_deref()),
        messages: found
            .messages
            .into_iter()
            .map(|one| message(shared, one, on))
            .collect(),
    })
}
