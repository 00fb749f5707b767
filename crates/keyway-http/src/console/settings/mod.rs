//! The organization and its projects.

mod organization;
mod projects;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/settings")
            .nav("settings")
            .get(organization::show)
            .post(organization::rename),
        Route::admin("/console/settings/projects").get(projects::list),
        Route::admin("/console/settings/projects/new")
            .get(projects::new)
            .post(projects::make),
        Route::admin("/console/settings/projects/{id}")
            .get(projects::show)
            .post(projects::rename),
        Route::admin("/console/settings/projects/{id}/delete")
            .get(projects::ask_delete)
            .post(projects::delete),
    ]
}
