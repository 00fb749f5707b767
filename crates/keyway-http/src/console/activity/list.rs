use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::audit::{AuditFilter, EventKind};
use keyway_core::Error;
use keyway_pages::console_context::{Activity, Filled, Pager};

use super::about::Abouts;
use super::line::{field_moment, kind, line};
use crate::console::form::refused;
use crate::console::member::Admin;
use crate::console::show::ROWS;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be looked for.
const FIELDS: [&str; 9] = [
    "who", "kind", "tool", "server", "target", "outcome", "request", "since", "until",
];

/// `GET /console/activity`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let search = FIELDS.iter().fold(Filled::new(), |filled, field| {
        filled.with(field, admin.params.get(field))
    });
    let searching = FIELDS
        .iter()
        .any(|field| admin.params.some(field).is_some());
    let mut kinds: Vec<_> = EventKind::all()
        .map(|of| kind(&shared, of.as_str()))
        .collect();
    kinds.sort_by(|one, other| one.kind.cmp(&other.kind));
    let mut page = Activity {
        search,
        searching,
        kinds,
        events: Vec::new(),
        looked_at: 0,
        stopped: false,
        pager: Pager::default(),
    };
    let status = match fill(&shared, &admin, &mut page).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            let (status, filled) = refused(error, page.search)?;
            page.search = filled;
            status
        }
    };
    admin.show_as(&shared, &page, status).await
}

async fn fill(shared: &Shared, admin: &Admin, page: &mut Activity) -> Result<(), Error> {
    let filter = filter(shared, admin).await?;
    let cursor = admin.params.some("cursor");
    let found = shared
        .app
        .search_audit(admin.who(), &filter, cursor, ROWS)
        .await?;
    let abouts = Abouts::of(shared, admin, &found.entries).await?;
    // What ended on this page says that it began, too.
    let ended: HashSet<_> = found
        .entries
        .iter()
        .filter_map(|one| one.intent.as_deref())
        .collect();
    let shown = found
        .entries
        .iter()
        .filter(|one| !ended.contains(one.id.as_str()));
    page.events = shown.map(|one| line(shared, &abouts, one)).collect();
    page.looked_at = found.looked_at;
    page.stopped = found.next.is_some() && found.entries.len() < ROWS as usize;
    page.pager = admin.pager(&FIELDS, found.next.as_deref());
    Ok(())
}

async fn filter(shared: &Shared, admin: &Admin) -> Result<AuditFilter, Error> {
    let params = &admin.params;
    let text = |name: &str| params.some(name).map(str::to_owned);
    Ok(AuditFilter {
        actor: match params.some("who") {
            Some(who) => Some(actor(shared, admin, who).await?),
            None => None,
        },
        kind: text("kind"),
        tool: text("tool"),
        server: text("server"),
        target: text("target"),
        outcome: text("outcome"),
        request: text("request"),
        since: field_moment("since", params.get("since"))?,
        until: field_moment("until", params.get("until"))?,
    })
}

/// Someone's id, by it or by their address.
async fn actor(shared: &Shared, admin: &Admin, who: &str) -> Result<String, Error> {
    if !who.contains('@') {
        return Ok(who.to_owned());
    }
    let members = shared.app.people().members(admin.who()).await?;
    let wanted = who.to_ascii_lowercase();
    let found = members
        .into_iter()
        .find(|one| one.email.as_deref() == Some(wanted.as_str()));
    let found = found.map(|member| member.id.to_string());
    found.ok_or_else(|| Error::invalid_at("/who", "the address of a member, or an id"))
}
