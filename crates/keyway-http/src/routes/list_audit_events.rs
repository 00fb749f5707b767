use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use keyway_app::audit::AuditFilter;
use keyway_core::Error;

use super::input::bad_query;
use super::{Asker, json};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    kind: Option<String>,
    actor: Option<String>,
    tool: Option<String>,
    target: Option<String>,
    server: Option<String>,
    outcome: Option<String>,
    request: Option<String>,
    since: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/audit`: the events of the asker's organization, the newest first; for administrators.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query.map_err(|_| bad_query())?;
    let filter = AuditFilter {
        since: moment("/since", query.since.as_deref())?,
        until: moment("/until", query.until.as_deref())?,
        kind: query.kind,
        actor: query.actor,
        tool: query.tool,
        target: query.target,
        server: query.server,
        outcome: query.outcome,
        request: query.request,
    };
    let cursor = query.cursor.as_deref();
    let page = shared
        .app
        .audit_events(&asker.who, &filter, cursor, query.limit)
        .await?;
    let body = serde_json::to_vec(&page).map_err(Error::internal)?;
    Ok(json(body))
}

fn moment(pointer: &str, text: Option<&str>) -> Result<Option<Timestamp>, Error> {
    let read = text.map(str::parse::<Timestamp>).transpose();
    read.map_err(|_| Error::invalid_at(pointer, "a moment like 2026-07-28T10:00:00Z"))
}
