//! Integrations: what is connected, and connecting more.

mod act;
mod add;
mod connector;
mod edit;
mod list;
mod server;
mod shown;
mod typed;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/integrations")
            .nav("integrations")
            .get(list::show),
        Route::admin("/console/integrations/add")
            .get(add::show)
            .post(add::send),
        Route::admin("/console/connectors/{name}").get(connector::show),
        Route::admin("/console/connectors/{name}/edit")
            .get(edit::show)
            .post(edit::send),
        Route::admin("/console/connectors/{name}/test").post(connector::test),
        Route::admin("/console/connectors/{name}/rotate").post(connector::rotate),
        Route::admin("/console/connectors/{name}/refresh").post(act::refresh),
        Route::admin("/console/connectors/{name}/connect").post(act::connect),
        Route::admin("/console/connectors/{name}/enable").post(act::enable),
        Route::admin("/console/connectors/{name}/disable").post(act::disable),
        Route::admin("/console/connectors/{name}/remove")
            .get(act::ask)
            .post(act::remove),
        Route::admin("/console/servers/{key}/refresh").post(server::refresh),
    ]
}
