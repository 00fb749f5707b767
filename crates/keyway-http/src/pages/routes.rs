use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{
    account, assets, connect, connect_callback, connect_client, home, install, install_callback,
    invitations, reset, setup, sign_in, sign_out, sso,
};
use crate::shared::Shared;

/// Everything that browsers visit, but the pages of the authorization server.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_out::submit))
        .route("/setup/{token}", get(setup::show).post(setup::submit))
        .route("/reset/{token}", get(reset::show).post(reset::submit))
        .route(
            "/invitations/{token}",
            get(invitations::show).post(invitations::submit),
        )
        .route("/sso/{provider}", get(sso::begin))
        .route("/sso/{provider}/callback", get(sso::complete))
        .route("/connect/{key}", get(connect::show).post(connect::submit))
        .route("/connect/{key}/callback", get(connect_callback::complete))
        .route("/connect/{key}/client", get(connect_client::show))
        .route(
            "/install/{provider}",
            get(install::show).post(install::submit),
        )
        .route(
            "/install/{provider}/setup/{token}",
            get(install::show_linked).post(install::submit_linked),
        )
        .route(
            "/install/{provider}/callback",
            get(install_callback::complete),
        )
        .route("/account", get(account::show))
        .route("/account/applications", post(account::end_application))
        .route("/account/organization", post(account::switch))
        .route("/account/password", post(account::change))
        .route("/account/sessions", post(account::end))
        .route("/account/sign-out-everywhere", post(account::end_all))
        .route("/assets/{file}", get(assets::show))
}
