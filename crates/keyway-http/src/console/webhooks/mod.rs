//! What came in by webhooks, and why agents spoke or did not.

mod line;
mod list;
mod one;

pub(super) use line::lines;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/webhooks")
            .nav("webhooks")
            .get(list::show),
        Route::admin("/console/webhooks/{id}").get(one::show),
        Route::admin("/console/webhooks/{id}/replay")
            .get(one::ask)
            .post(one::replay),
    ]
}
