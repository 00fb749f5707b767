use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::Error;
use keyway_core::ports::UpstreamStatus;

use super::{Asker, json};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Serialize)]
struct Servers {
    servers: Vec<UpstreamStatus>,
}

/// `GET /v1/mcp-servers`: the upstream MCP servers the asker may see, and the state of each.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let servers = shared.app.server_statuses(&asker.who).await;
    let body = serde_json::to_vec(&Servers { servers }).map_err(Error::internal)?;
    Ok(json(body))
}
