//! API keys: listed, made, replaced, ended.

mod key;
mod list;
pub(super) mod new;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/api-keys")
            .nav("api-keys")
            .get(list::show),
        Route::admin("/console/api-keys/new")
            .get(new::show)
            .post(new::make),
        Route::admin("/console/api-keys/{id}")
            .get(key::show)
            .post(key::rename),
        Route::admin("/console/api-keys/{id}/rotate").post(key::rotate),
        Route::admin("/console/api-keys/{id}/revoke")
            .get(key::ask_revoke)
            .post(key::revoke),
    ]
}
