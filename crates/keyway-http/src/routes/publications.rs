//! `/v1/publications`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::publications::{PublicationDraft, PublicationPatch};
use keyway_core::{PublicationId, Secret};
use serde_json::{Map, Value, json};

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

/// A publication to make.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct New {
    provider: String,
    name: String,
    agent: String,
    service_account: String,
    granularity: Option<String>,
    settings: Map<String, Value>,
    #[serde(default)]
    triggers: Map<String, Value>,
    #[serde(default)]
    limits: Map<String, Value>,
    #[serde(default)]
    schedule: Map<String, Value>,
    scopes: Option<Vec<String>>,
    secret: Option<Secret<String>>,
}

/// What is to change of a publication.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Patch {
    revision: Option<i64>,
    name: Option<String>,
    agent: Option<String>,
    granularity: Option<String>,
    settings: Option<Map<String, Value>>,
    triggers: Option<Map<String, Value>>,
    limits: Option<Map<String, Value>>,
    schedule: Option<Map<String, Value>>,
    scopes: Option<Vec<String>>,
    paused: Option<bool>,
}

/// `GET /v1/publications`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let publications = shared.app.publications();
    let page = publications.list(&asker.who, wanted.cursor.as_deref(), wanted.limit);
    answer::ok(&page.await?)
}

/// `POST /v1/publications`: the answer has the secret, this once.
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let draft = PublicationDraft {
        provider: new.provider,
        name: new.name,
        agent: new.agent,
        service_account: new.service_account,
        granularity: new.granularity,
        settings: Value::Object(new.settings),
        triggers: Value::Object(new.triggers),
        limits: Value::Object(new.limits),
        schedule: Value::Object(new.schedule),
        scopes: new.scopes,
        secret: new.secret,
    };
    let made = shared.app.publications().create(&asker.who, &draft).await?;
    answer::made_secret(&made.publication, "secret", &made.secret)
}

/// `GET /v1/publications/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.publications().show(&asker.who, &id).await?)
}

/// `GET /v1/publications/{id}/usage`
pub(crate) async fn usage(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let usage = shared.app.publications().usage(&asker.who, &id).await?;
    answer::ok(&json!({ "days": usage }))
}

/// `PATCH /v1/publications/{id}`
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<PublicationId>,
    Input(patch): Input<Patch>,
) -> Result<Response, Refusal> {
    let patch = PublicationPatch {
        revision: patch.revision,
        name: patch.name,
        agent: patch.agent,
        granularity: patch.granularity,
        settings: patch.settings.map(Value::Object),
        triggers: patch.triggers.map(Value::Object),
        limits: patch.limits.map(Value::Object),
        schedule: patch.schedule.map(Value::Object),
        scopes: patch.scopes,
        paused: patch.paused,
    };
    let publications = shared.app.publications();
    answer::ok(&publications.change(&asker.who, &id, patch).await?)
}

/// `DELETE /v1/publications/{id}`
pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    shared.app.publications().remove(&asker.who, &id).await?;
    Ok(answer::done())
}
