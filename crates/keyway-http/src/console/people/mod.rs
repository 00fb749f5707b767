//! Members and invitations.

mod invitations;
mod member;
mod members;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/people")
            .nav("people")
            .get(members::show),
        Route::admin("/console/people/{id}")
            .get(member::show)
            .post(member::change),
        Route::admin("/console/people/{id}/disable")
            .get(member::ask_disable)
            .post(member::disable),
        Route::admin("/console/people/{id}/enable").post(member::enable),
        Route::admin("/console/people/{id}/remove")
            .get(member::ask_remove)
            .post(member::remove),
        Route::admin("/console/people/invitations").get(invitations::show),
        Route::admin("/console/people/invitations/new")
            .get(invitations::new)
            .post(invitations::make),
        Route::admin("/console/people/invitations/{id}/revoke")
            .get(invitations::ask_revoke)
            .post(invitations::revoke),
    ]
}
