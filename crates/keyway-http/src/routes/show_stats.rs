use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::stats::{StatsOf, Window};
use keyway_core::Error;

use super::input::bad_query;
use super::{Asker, json};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    window: Option<String>,
    server: Option<String>,
    tool: Option<String>,
}

/// `GET /v1/stats`: what calls did in the asker's organization; for administrators.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query.map_err(|_| bad_query())?;
    let window = query
        .window
        .as_deref()
        .map(str::parse::<Window>)
        .transpose();
    let window = window.map_err(|_| Error::invalid_at("/window", "`24h` or `7d`"))?;
    let of = match (&query.server, &query.tool) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid_at("/tool", "either a server or a tool").into());
        }
        (Some(server), None) => StatsOf::Server(server),
        (None, Some(tool)) => StatsOf::Tool(tool),
        (None, None) => StatsOf::Everything,
    };
    let stats = shared
        .app
        .stats(&asker.who, window.unwrap_or_default(), of)
        .await?;
    let body = serde_json::to_vec(&stats).map_err(Error::internal)?;
    Ok(json(body))
}
