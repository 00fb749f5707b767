use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{
    authorize, device, device_authorization, introspect, metadata, register, revoke, token,
};
use crate::shared::Shared;

/// Everything of the authorization server.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/.well-known/{*name}", get(metadata::handle))
        .route("/oauth/register", post(register::handle))
        .route(
            "/oauth/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route("/oauth/token", post(token::handle))
        .route("/oauth/revoke", post(revoke::handle))
        .route("/oauth/introspect", post(introspect::handle))
        .route(
            "/oauth/device_authorization",
            post(device_authorization::handle),
        )
        .route("/device", get(device::show).post(device::submit))
}
