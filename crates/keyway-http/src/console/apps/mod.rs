//! Services and the credentials for them.

mod definition;
mod fields;
mod instance;
mod lines;
mod list;
mod places;
mod revoke;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member("/console/apps").nav("apps").get(list::show),
        Route::member("/console/apps/of/{key}")
            .get(definition::show)
            .post(definition::set),
        Route::member("/console/apps/{id}").get(instance::show),
        Route::member("/console/apps/{id}/test").post(instance::test),
        Route::member("/console/apps/{id}/rename").post(instance::rename),
        Route::member("/console/apps/{id}/rotate").post(instance::rotate),
        Route::member("/console/apps/{id}/default")
            .get(revoke::ask_default)
            .post(revoke::make_default),
        Route::member("/console/apps/{id}/revoke")
            .get(revoke::ask)
            .post(revoke::revoke),
    ]
}
