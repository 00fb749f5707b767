//! Agents, and saying something to them.

mod list;
mod one;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member("/console/agents")
            .nav("agents")
            .get(list::show),
        Route::member("/console/agents/{slug}").get(one::show),
        Route::member("/console/agents/{slug}/prompt").post(one::prompt),
    ]
}
