use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_core::{Error, Kind, SessionId};
use keyway_pages::console_context::{Filled, Session};

use super::{lines, transcript};
use crate::console::form::{refused, sent};
use crate::console::member::Member;
use crate::console::show::done;
use crate::page::PageReply;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many events of a session a page has, in steps of what is read at once.
const STEPS: u32 = 3;

/// `GET /console/sessions/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let page = page(&shared, &member, &read(&id)?, Filled::new()).await?;
    member.show(&shared, &page).await
}

/// `POST /console/sessions/{id}/prompt`: goes on with it.
pub(super) async fn prompt(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let view = shared.app.sessions().show(member.who(), &id).await?;
    let (said, session) = (form.get("message"), Some(id.as_str()));
    let request = &member.visit.request;
    let begun = shared
        .app
        .prompt_in_background(member.who(), &view.agent, said, session, request);
    match begun.await {
        Ok(session) => {
            let to = format!("/console/sessions/{session}");
            Ok(PageReply::see_other(&to).into_response())
        }
        Err(error) => {
            let (status, filled) = refused(error, sent(&form, &["message"]))?;
            let page = page(&shared, &member, &id, filled).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

/// `POST /console/sessions/{id}/stop`: stops the turn that runs.
pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let stopped = shared.app.interrupt(member.who(), &id).await?;
    let code = if stopped {
        "session-stopped"
    } else {
        "session-still"
    };
    Ok(done(&format!("/console/sessions/{id}"), code))
}

fn read(id: &str) -> Result<SessionId, Error> {
    id.parse().map_err(|_| {
        let message = "there is no such session here";
        Error::new(Kind::NotFound, "session_not_found", message)
    })
}

async fn page(
    shared: &Shared,
    member: &Member,
    id: &SessionId,
    form: Filled,
) -> Result<Session, Error> {
    let sessions = shared.app.sessions();
    let view = sessions.show(member.who(), id).await?;
    let after = member.params.get("after").parse().unwrap_or(0_u64);
    let (mut events, mut last, mut more) = (Vec::new(), after, true);
    for _ in 0..STEPS {
        let some = sessions.events(member.who(), id, last).await?;
        let Some(seq) = some.last().and_then(transcript::seq) else {
            more = false;
            break;
        };
        last = seq;
        events.extend(some);
    }
    let own = view.actor == member.web.user.id.as_str();
    let running = view.status == "running";
    let mut line = lines(shared, member, vec![view]).await?;
    let session = line
        .pop()
        .ok_or_else(|| Error::internal("a session has a line"))?;
    let path = format!("/console/sessions/{id}");
    Ok(Session {
        session,
        lines: transcript::lines(shared, &events),
        earlier: (after > 0).then(|| path.clone()),
        later: more.then(|| format!("{path}?after={last}")),
        own,
        stoppable: running && shared.app.is_running(id),
        form,
    })
}
