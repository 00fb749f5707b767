use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::agents::ListSessions;
use keyway_pages::console_context::{Filled, Sessions};

use super::lines;
use crate::console::member::Member;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be looked for.
const FIELDS: [&str; 4] = ["q", "agent", "status", "archived"];

/// `GET /console/sessions`: one's own, or all of the organization for who administers it.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
) -> Result<Response, Refusal> {
    let params = &member.params;
    let list = ListSessions {
        agent: params.some("agent"),
        words: params.some("q"),
        status: params.some("status"),
        own: false,
        archived: params.some("archived").is_some(),
        cursor: params.some("cursor"),
        limit: Some(ROWS),
    };
    let found = shared.app.sessions().list(member.who(), &list).await?;
    let search = FIELDS.iter().fold(Filled::new(), |filled, field| {
        filled.with(field, params.get(field))
    });
    let mut agents: Vec<_> = shared
        .app
        .agents(member.who())
        .into_iter()
        .map(|one| one.slug)
        .collect();
    if let Some(chosen) = params.some("agent")
        && !agents.iter().any(|agent| agent == chosen)
    {
        agents.push(chosen.to_owned());
    }
    let page = Sessions {
        search,
        searching: FIELDS.iter().any(|field| params.some(field).is_some()),
        agents,
        sessions: lines(&shared, &member, found.sessions).await?,
        pager: member.pager(&FIELDS, found.next_cursor.as_deref()),
    };
    member.show(&shared, &page).await
}
