use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use keyway_core::{WebhookEndpointId, WebhookMessageId};
use keyway_pages::console_context::Confirm;

use super::act::{question, trouble};
use super::line::path;
use crate::console::member::Admin;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// `GET /console/webhooks/endpoints/{id}/replay`: asks first.
pub(super) async fn ask_all(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let page = question(&shared, &admin, &id, "endpoint-replay", "replay").await?;
    let page = Confirm {
        danger: false,
        ..page
    };
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/endpoints/{id}/replay`: everything that failed and is kept.
pub(super) async fn replay_all(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookEndpointId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let messages = shared.app.webhook_messages();
    let all = messages.replay_failed(admin.who(), &id, Timestamp::UNIX_EPOCH);
    match all.await {
        Ok(_) => Ok(done(&path(&id), "endpoint-replayed")),
        Err(error) => trouble(&shared, &admin, &id, error).await,
    }
}

/// `GET /console/webhooks/messages/{id}/replay`: asks first.
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookMessageId>,
) -> Result<Response, Refusal> {
    let messages = shared.app.webhook_messages();
    let of = messages.show(admin.who(), &id).await?;
    let action = format!("/console/webhooks/messages/{id}/replay");
    let page = Confirm {
        danger: false,
        ..Confirm::danger(
            "message-replay",
            of.id.as_str(),
            &action,
            &path(&of.endpoint),
        )
    };
    admin.show(&shared, &page).await
}

/// `POST /console/webhooks/messages/{id}/replay`
pub(super) async fn replay(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<WebhookMessageId>,
    VisitorForm(_form): VisitorForm,
) -> Result<Response, Refusal> {
    let messages = shared.app.webhook_messages();
    let of = messages.show(admin.who(), &id).await?;
    match messages.replay(admin.who(), &id).await {
        Ok(_) => Ok(done(&path(&of.endpoint), "message-replayed")),
        Err(error) => trouble(&shared, &admin, &of.endpoint, error).await,
    }
}
