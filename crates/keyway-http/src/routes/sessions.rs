//! `/v1/sessions`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::agents::{EventView, ListSessions};
use keyway_core::SessionId;
use serde_json::json;

use super::input::bad_query;
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    agent: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Where to go on.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    after: Option<u64>,
}

/// `GET /v1/sessions`: the asker's sessions, or all of the organization for who administers it.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListSessions {
        agent: wanted.agent.as_deref(),
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
        ..ListSessions::default()
    };
    answer::ok(&shared.app.sessions().list(&asker.who, &list).await?)
}

/// `GET /v1/sessions/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.sessions().show(&asker.who, &id).await?)
}

/// `GET /v1/sessions/{id}/events`: what happened in it, oldest first.
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
    query: Result<Query<Place>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(place) = query.map_err(|_| bad_query())?;
    let sessions = shared.app.sessions();
    let events = sessions
        .events(&asker.who, &id, place.after.unwrap_or(0))
        .await?;
    let events: Vec<_> = events.iter().map(EventView::value).collect();
    answer::ok(&json!({ "events": events }))
}
