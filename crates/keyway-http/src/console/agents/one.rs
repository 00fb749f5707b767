use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::agents::{Beginning, BudgetView, ListSessions};
use keyway_core::Error;
use keyway_pages::console_context::{Agent, Filled};

use super::list::line;
use crate::console::form::{refused, sent};
use crate::console::member::Member;
use crate::console::publications::lines as publication_lines;
use crate::console::routes::Audience;
use crate::console::sessions::{lines, once_key, once_only};
use crate::console::took::took;
use crate::page::PageReply;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many sessions of an agent are shown.
const SESSIONS: u32 = 10;

/// How many of its publications are.
const PUBLICATIONS: u32 = 10;

/// `GET /console/agents/{slug}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(slug): Path<String>,
) -> Result<Response, Refusal> {
    let page = page(&shared, &member, &slug, Filled::new()).await?;
    member.show(&shared, &page).await
}

/// `POST /console/agents/{slug}/prompt`: begins a session, and leads to it.
pub(super) async fn prompt(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(slug): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.agent(member.who(), &slug)?;
    let said = form.get("message");
    let request = &member.visit.request;
    let once = once_key(&form);
    let begun = shared.app.begin_session(Beginning {
        who: member.who(),
        agent: &slug,
        message: Some(said),
        idempotency_key: once.as_deref(),
        request,
    });
    match begun.await {
        Ok(begun) => {
            let to = format!("/console/sessions/{}", begun.session.id);
            Ok(PageReply::see_other(&to).into_response())
        }
        Err(error) => {
            let (status, filled) = refused(error, sent(&form, &["message"]))?;
            let page = page(&shared, &member, &slug, filled).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

async fn page(shared: &Shared, member: &Member, slug: &str, form: Filled) -> Result<Agent, Error> {
    let view = shared.app.agent(member.who(), slug)?;
    let list = ListSessions {
        agent: Some(slug),
        limit: Some(SESSIONS),
        ..ListSessions::default()
    };
    let sessions = shared.app.sessions().list(member.who(), &list).await?;
    let publications = match member.audience {
        Audience::Admin => {
            let all = shared.app.publications();
            let found = all.list_of(member.who(), Some(slug), None, Some(PUBLICATIONS));
            let found = found.await?.publications;
            let providers = all.integrations(member.who()).await?;
            Some(publication_lines(shared, &providers, found))
        }
        Audience::Member => None,
    };
    let output = view.output_schema.as_ref();
    let output = output.map(|schema| serde_json::to_string_pretty(schema).unwrap_or_default());
    Ok(Agent {
        budget: budget(&view.budget),
        output,
        agent: line(view),
        sessions: lines(shared, member, sessions.sessions).await?,
        publications,
        form: once_only(shared, form),
    })
}

fn budget(view: &BudgetView) -> Vec<(&'static str, String)> {
    let time = view
        .time_ms
        .map(|millis| took(millis.saturating_mul(1_000)));
    let all = [
        ("agent-rounds", Some(view.rounds.to_string())),
        ("agent-tokens", view.tokens.map(|tokens| tokens.to_string())),
        ("agent-time", time),
        (
            "agent-cost",
            view.cost_micros.and_then(crate::console::sessions::dollars),
        ),
    ];
    all.into_iter()
        .filter_map(|(label, told)| Some((label, told?)))
        .collect()
}
