use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use keyway_core::Error;
use keyway_pages::{Account, Html, OpenSession, Organization, Who, csrf_field};

use super::{agent, applications, password};
use crate::page::PageReply;
use crate::pages::Visitor;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /account`.
pub(in crate::pages) async fn show(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let mut page = page(&shared, &visitor).await?;
    page.notice = query.as_deref().and_then(notice).map(str::to_owned);
    Ok(visitor.visit.show(&shared, &page)?.into_response())
}

/// Back to the page, with what was done.
pub(super) fn done(what: &str) -> PageReply {
    PageReply::see_other(&format!("/account?done={what}"))
}

/// What is said about what was done. Only these words: an address says nothing of its own.
fn notice(query: &str) -> Option<&'static str> {
    Some(match query.strip_prefix("done=")? {
        "password" => "The password was changed, and you are signed out everywhere else.",
        "session" => "That browser is signed out.",
        "application" => "That application has no access any more.",
        "organization" => "You are in another organization now.",
        _ => return None,
    })
}

/// The page as it stands.
pub(super) async fn page(shared: &Shared, visitor: &Visitor) -> Result<Account, Error> {
    let web = &visitor.web;
    let now = shared.clock.now();
    let sessions = shared.app.people().sessions(web).await?;
    let here = web.principal.organization();
    Ok(Account {
        csrf_field: csrf_field(&visitor.visit.csrf()),
        error_html: Html::none(),
        notice: None,
        who: Who {
            name: web.user.name.clone(),
            email: web.user.email.clone(),
        },
        organizations: web
            .memberships
            .iter()
            .map(|membership| Organization {
                id: membership.organization.to_string(),
                name: membership.name.clone(),
                role: membership.role.to_string(),
                current: membership.organization == *here,
            })
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|session| OpenSession {
                id: session.id.to_string(),
                browser: agent::in_words(&session.user_agent),
                address: session.address,
                began: super::agent::ago(session.created_at, now),
                seen: super::agent::ago(session.last_seen_at, now),
                current: session.current,
            })
            .collect(),
        applications: applications::of(shared, visitor).await?,
        password_fields: password::fields(shared, visitor),
    })
}
