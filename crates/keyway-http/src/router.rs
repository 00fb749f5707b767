use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::oauth;
use crate::pages::routes;
use crate::routes::{
    call_action, healthz, list_actions, list_audit_events, list_mcp_servers, metrics,
    oauth_clients, oauth_grants, readyz, show_openapi, unknown,
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
        .merge(clients_and_grants())
        .method_not_allowed_fallback(unknown::method)
        .fallback(unknown::path)
        .with_state(shared)
}

/// Clients of the authorization server, and what people let them do.
fn clients_and_grants() -> Router<Arc<Shared>> {
    Router::new()
        .route(
            "/v1/oauth/clients",
            get(oauth_clients::list).post(oauth_clients::create),
        )
        .route("/v1/oauth/clients/{id}", delete(oauth_clients::delete))
        .route(
            "/v1/oauth/clients/{id}/disable",
            post(oauth_clients::disable),
        )
        .route("/v1/oauth/clients/{id}/enable", post(oauth_clients::enable))
        .route("/v1/oauth/grants", get(oauth_grants::list))
        .route("/v1/oauth/grants/revoke", post(oauth_grants::revoke_many))
        .route("/v1/oauth/grants/{id}", delete(oauth_grants::revoke))
}
