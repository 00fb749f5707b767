//! What happened: the audit log.

mod about;
mod event;
mod export;
mod line;
mod list;
mod log;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/activity")
            .nav("activity")
            .get(list::show),
        Route::admin("/console/activity/log").get(log::show),
        Route::admin("/console/activity/export").post(export::submit),
        Route::admin("/console/activity/{seq}").get(event::show),
    ]
}
