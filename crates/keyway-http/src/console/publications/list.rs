use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_pages::console_context::Publications;

use super::line::{lines, publish};
use crate::console::member::Admin;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/publications`, those of an agent with `agent`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let publications = shared.app.publications();
    let (agent, cursor) = (admin.params.some("agent"), admin.params.some("cursor"));
    let found = publications.list_of(admin.who(), agent, cursor, Some(ROWS));
    let found = found.await?;
    let providers = publications.integrations(admin.who()).await?;
    let page = Publications {
        agent: agent.map(str::to_owned),
        publish: publish(&[("agent", agent.unwrap_or_default())]),
        publications: lines(&shared, &providers, found.publications),
        pager: admin.pager(&["agent"], found.next_cursor.as_deref()),
    };
    admin.show(&shared, &page).await
}
