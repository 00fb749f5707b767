//! `/v1/webhook-endpoints`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use keyway_app::webhook_endpoints::{EndpointDraft, EndpointPatch};
use keyway_core::{Error, WebhookEndpointId};

use super::input::{Input, bad_query};
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// An endpoint to make.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    url: String,
    events: Vec<String>,
    enabled: Option<bool>,
}

/// What is to change of an endpoint.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    revision: Option<i64>,
    url: Option<String>,
    events: Option<Vec<String>>,
    enabled: Option<bool>,
}

/// Which failed messages are sent once more.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    since: String,
}

/// `GET /v1/webhook-endpoints`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let endpoints = shared.app.webhook_endpoints();
    let page = endpoints.list(&asker.who, wanted.cursor.as_deref(), wanted.limit);
    answer::ok(&page.await?)
}

/// `POST /v1/webhook-endpoints`: the answer has the secret, this once.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let draft = EndpointDraft {
        url: new.url,
        events: new.events,
        enabled: new.enabled.unwrap_or(true),
    };
    let endpoints = shared.app.webhook_endpoints();
    let made = endpoints.create(&asker.who, &draft).await?;
    answer::made_secret(&made.endpoint, "secret", &made.secret)
}

/// `GET /v1/webhook-endpoints/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.webhook_endpoints().show(&asker.who, &id).await?)
}

/// `PATCH /v1/webhook-endpoints/{id}`
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
    Input(patch): Input<Patch>,
) -> Result<Response, Refusal> {
    let patch = EndpointPatch {
        revision: patch.revision,
        url: patch.url,
        events: patch.events,
        enabled: patch.enabled,
    };
    let endpoints = shared.app.webhook_endpoints();
    answer::ok(&endpoints.change(&asker.who, &id, patch).await?)
}

/// `DELETE /v1/webhook-endpoints/{id}`
pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    endpoints.remove(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/webhook-endpoints/{id}/rotate-secret`: the answer has the new secret, this once.
pub(crate) async fn rotate(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    let endpoints = shared.app.webhook_endpoints();
    let made = endpoints.rotate(&asker.who, &id).await?;
    answer::made_secret(&made.endpoint, "secret", &made.secret)
}

/// `POST /v1/webhook-endpoints/{id}/test`: the answer is the message that is sent.
pub(crate) async fn test(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
) -> Result<Response, Refusal> {
    answer::made(&shared.app.webhook_endpoints().test(&asker.who, &id).await?)
}

/// `POST /v1/webhook-endpoints/{id}/replay`: every message that failed since a moment.
pub(crate) async fn replay(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<WebhookEndpointId>,
    Input(wanted): Input<Since>,
) -> Result<Response, Refusal> {
    let since: Timestamp = wanted
        .since
        .parse()
        .map_err(|_| Error::invalid_at("/since", "a moment like 2026-07-01T00:00:00Z"))?;
    let messages = shared.app.webhook_messages();
    answer::ok(&messages.replay_failed(&asker.who, &id, since).await?)
}
