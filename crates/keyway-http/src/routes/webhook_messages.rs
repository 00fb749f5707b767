//! `/v1/webhook-endpoints/{id}/messages` and `/v1/webhook-messages`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::webhook_endpoints::ListMessages;
use keyway_core::{WebhookEndpointId, WebhookMessageId};

use super::input::bad_query;
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/webhook-endpoints/{id}/messages`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListMessages {
        state: wanted.state.as_deref(),
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
    };
    let messages = shared.app.webhook_messages();
    answer::ok(&messages.list(&asker.who, &id, &list).await?)
}

/// `GET /v1/webhook-messages/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookMessageId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.webhook_messages().show(&asker.who, &id).await?)
}

/// `POST /v1/webhook-messages/{id}/replay`: the same message, sent once more.
pub(crate) async fn replay(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookMessageId>,
) -> Result<Response, Refusal> {
    answer::ok(
        &shared
            .app
            .webhook_messages()
            .replay(&asker.who, &id)
            .await?,
    )
}
