use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::webhook_endpoints::{EndpointDraft, MadeEndpoint};
use keyway_pages::console_context::{Issued, NewWebhookEndpoint};

use super::line::path;
use super::typed;
use crate::console::form::refused;
use crate::console::member::Admin;
use crate::console::visible::visible;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/webhooks/endpoints/new`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let page = NewWebhookEndpoint {
        form: typed::usual(),
        types: typed::types(),
    };
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/endpoints/new`: shows the secret, this once.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let draft = EndpointDraft {
        url: form.get("url").to_owned(),
        events: typed::events(&form),
        enabled: true,
    };
    let endpoints = shared.app.webhook_endpoints();
    match endpoints.create(admin.who(), &draft).await {
        Ok(made) => admin.show(&shared, &issued("endpoint-made", &made)).await,
        Err(error) => {
            let (status, form) = refused(error, typed::sent(&form))?;
            let page = NewWebhookEndpoint {
                form,
                types: typed::types(),
            };
            admin.show_as(&shared, &page, status).await
        }
    }
}

/// An endpoint whose secret is new, as it is shown this once.
pub(super) fn issued(key: &'static str, made: &MadeEndpoint) -> Issued {
    Issued {
        key,
        name: visible(&made.endpoint.url),
        secret: made.secret.expose().clone(),
        also: Vec::new(),
        on: path(&made.endpoint.id),
    }
}
