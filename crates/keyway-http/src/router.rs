use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::oauth;
use crate::pages::routes;
use crate::routes::{
    call_action, healthz, list_actions, list_audit_events, list_mcp_servers, metrics, readyz,
    show_openapi, unknown,
};
use crate::shared::Shared;

/// Everything that is served but the MCP endpoint, which [`Front`](crate::front::Front) answers
/// before this is asked.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/actions", get(list_actions::handle))
        .route("/v1/actions/{slug}", post(call_action::handle))
        .route("/v1/audit", get(list_audit_events::handle))
        .route("/v1/mcp-servers", get(list_mcp_servers::handle))
        .route("/v1/openapi.json", get(show_openapi::handle))
        .route("/healthz", get(healthz::handle))
        .route("/readyz", get(readyz::handle))
        .route("/metrics", get(metrics::handle))
        .merge(routes())
        .merge(oauth::routes())
        .method_not_allowed_fallback(unknown::method)
        .fallback(unknown::path)
        .with_state(shared)
}
