//! OAuth clients, and what people let them do.

mod client;
mod grants;
mod list;
mod new;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/clients")
            .nav("clients")
            .get(list::show),
        Route::admin("/console/clients/new")
            .get(new::show)
            .post(new::make),
        Route::admin("/console/clients/grants").get(grants::show),
        Route::admin("/console/clients/grants/revoke")
            .get(grants::ask_revoke_all)
            .post(grants::revoke_all),
        Route::admin("/console/clients/grants/{id}/revoke")
            .get(grants::ask_revoke)
            .post(grants::revoke),
        Route::admin("/console/clients/{id}")
            .get(client::show)
            .post(client::change),
        Route::admin("/console/clients/{id}/disable")
            .get(client::ask_disable)
            .post(client::disable),
        Route::admin("/console/clients/{id}/enable").post(client::enable),
        Route::admin("/console/clients/{id}/revoke")
            .get(client::ask_revoke)
            .post(client::revoke),
        Route::admin("/console/clients/{id}/delete")
            .get(client::ask_delete)
            .post(client::delete),
    ]
}
