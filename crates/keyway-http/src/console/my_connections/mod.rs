//! What somebody connected for themselves, and what they have to before they can use it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::credentials::{ConnectionState, MyConnection};
use keyway_pages::console_context::{ConnectionLine, MyConnections};

use super::member::Member;
use super::routes::Route;
use super::show::{done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

const PATH: &str = "/console/me/connections";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member(PATH).nav("my-connections").get(show),
        Route::member("/console/me/connections/end").post(end),
    ]
}

/// `GET /console/me/connections`
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let mine = shared.app.credentials().mine(member.who()).await?;
    let page = MyConnections {
        connections: mine.iter().map(|one| line(&shared, one)).collect(),
    };
    member.show(&shared, &page).await
}

/// `POST /console/me/connections/end`: ends what one connected.
async fn end(
    State(shared): State<Arc<Shared>>,
    member: Member,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let credentials = shared.app.credentials();
    credentials
        .disconnect(member.who(), form.get("key"))
        .await?;
    Ok(done(PATH, "connection-ended"))
}

fn line(shared: &Shared, one: &MyConnection) -> ConnectionLine {
    let default = one.credentials.iter().find(|view| view.default);
    ConnectionLine {
        key: one.key.clone(),
        name: one.name.clone(),
        connected: one.state == ConnectionState::Connected,
        broken: one.state == ConnectionState::NeedsReconnecting,
        connect: format!("/connect/{}?for=user", one.key),
        renewed: default
            .and_then(|view| view.last_refreshed_at)
            .map(|at| moment(shared, at)),
        used: default
            .and_then(|view| view.last_used_at)
            .map(|at| moment(shared, at)),
        there: !one.credentials.is_empty(),
    }
}
