//! Webhook endpoints: where the organization is told of what happens in it.

mod act;
mod line;
mod list;
mod messages;
mod new;
mod one;
mod typed;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/webhooks/endpoints").get(list::show),
        Route::admin("/console/webhooks/endpoints/new")
            .get(new::show)
            .post(new::make),
        Route::admin("/console/webhooks/endpoints/{id}")
            .get(one::show)
            .post(one::change),
        Route::admin("/console/webhooks/endpoints/{id}/enable").post(act::enable),
        Route::admin("/console/webhooks/endpoints/{id}/disable").post(act::disable),
        Route::admin("/console/webhooks/endpoints/{id}/test").post(act::test),
        Route::admin("/console/webhooks/endpoints/{id}/rotate")
            .get(act::ask_rotate)
            .post(act::rotate),
        Route::admin("/console/webhooks/endpoints/{id}/remove")
            .get(act::ask_remove)
            .post(act::remove),
        Route::admin("/console/webhooks/endpoints/{id}/replay")
            .get(messages::ask_all)
            .post(messages::replay_all),
        Route::admin("/console/webhooks/messages/{id}/replay")
            .get(messages::ask)
            .post(messages::replay),
    ]
}
