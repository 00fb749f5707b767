//! Publications: agents that are reached through providers.

mod act;
mod edit;
mod install;
mod line;
mod list;
mod new;
mod one;
mod rotate;
mod typed;

pub(super) use line::{lines, provider_lines, web_address};

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/publications").get(list::show),
        Route::admin("/console/publications/new")
            .get(new::show)
            .post(new::send),
        Route::admin("/console/publications/{id}").get(one::show),
        Route::admin("/console/publications/{id}/edit")
            .get(edit::show)
            .post(edit::send),
        Route::admin("/console/publications/{id}/pause").post(act::pause),
        Route::admin("/console/publications/{id}/resume").post(act::resume),
        Route::admin("/console/publications/{id}/remove")
            .get(act::ask)
            .post(act::remove),
        Route::admin("/console/publications/{id}/rotate").post(rotate::rotate),
        Route::admin("/console/publications/{id}/setup-link").post(install::make_link),
        Route::admin("/console/publications/{id}/setup-link/revoke")
            .get(install::ask_revoke)
            .post(install::revoke),
        Route::admin("/console/publications/{id}/uninstall")
            .get(install::ask)
            .post(install::uninstall),
    ]
}
