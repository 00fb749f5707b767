//! Sessions of agents: the list of them, and each with its transcript.

mod act;
mod line;
mod list;
mod one;
mod transcript;

pub(super) use line::{dollars, lines};
pub(super) use one::{once_key, once_only};

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member("/console/sessions")
            .nav("sessions")
            .get(list::show),
        Route::member("/console/sessions/{id}").get(one::show),
        Route::member("/console/sessions/{id}/prompt").post(one::prompt),
        Route::member("/console/sessions/{id}/stop").post(act::stop),
        Route::member("/console/sessions/{id}/archive").post(act::archive),
        Route::member("/console/sessions/{id}/unarchive").post(act::unarchive),
    ]
}
