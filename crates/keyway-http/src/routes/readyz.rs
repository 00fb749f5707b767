use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::Response;
use keyway_core::ports::UpstreamState;
use keyway_core::{Error, Kind};

use super::json;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /readyz`: requests may be sent here. The process was not told to stop, the store answers,
/// and each upstream had its first chance to connect. An upstream that is down does not count: the
/// others are served.
pub(crate) async fn handle(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    if shared.stopping.is_cancelled() {
        return Err(not_ready("stopping", "the process is about to end").into());
    }
    shared.app.check_store().await.map_err(|source| {
        not_ready("store_unreachable", "the store does not answer").with_source(source)
    })?;
    if !upstreams_were_tried(&shared) {
        return Err(not_ready("connecting", "not every MCP server was tried yet").into());
    }
    Ok(json(r#"{"status":"ready"}"#))
}

/// True from the moment on when every upstream had left its first two states.
fn upstreams_were_tried(shared: &Shared) -> bool {
    if shared.tried.load(Ordering::Relaxed) {
        return true;
    }
    let upstreams = shared.app.upstream_statuses(&shared.app.local());
    let tried = upstreams.iter().all(|upstream| {
        !matches!(
            upstream.state,
            UpstreamState::Configured | UpstreamState::Connecting
        )
    });
    shared.tried.store(tried, Ordering::Relaxed);
    tried
}

fn not_ready(code: &'static str, message: &'static str) -> Error {
    Error::new(Kind::Unavailable, code, message)
}
