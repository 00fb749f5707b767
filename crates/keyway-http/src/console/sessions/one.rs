use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::agents::{EventView, Saying, SessionOrigin};
use keyway_app::approvals::ListApprovals;
use keyway_core::provider::sign::digest;
use keyway_core::{Error, Kind, SessionId};
use keyway_pages::console_context::{Filled, OriginLine, Session, WaitingLine};

use super::{lines, transcript};
use crate::console::approvals::line as approval_line;
use crate::console::form::{refused, sent};
use crate::console::member::Member;
use crate::console::show::moment;
use crate::page::PageReply;
use crate::pages::{PageForm, VisitorForm};
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

/// `POST /console/sessions/{id}/prompt`: leaves a message, which is said once it is its turn.
pub(super) async fn prompt(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let once = once_key(&form);
    let left = shared.app.leave_message(Saying {
        who: member.who(),
        session: &id,
        message: form.get("message"),
        idempotency_key: once.as_deref(),
        request: &member.visit.request,
    });
    match left.await {
        Ok(_) => {
            let to = format!("/console/sessions/{id}");
            Ok(PageReply::see_other(&to).into_response())
        }
        Err(error) => {
            let (status, filled) = refused(error, sent(&form, &["message"]))?;
            let page = page(&shared, &member, &id, filled).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

pub(super) fn read(id: &str) -> Result<SessionId, Error> {
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
        let Some(seq) = some.last().map(EventView::seq) else {
            more = false;
            break;
        };
        last = seq;
        events.extend(some);
    }
    let own = view.actor == member.web.user.id.as_str();
    let stoppable = view.status == "running" || view.queued > 0;
    let origin = view.origin.as_ref().map(origin);
    let waiting = if more {
        Vec::new()
    } else {
        sessions.waiting(member.who(), id).await?
    };
    let waiting = waiting.into_iter().map(|one| WaitingLine {
        text: one.text,
        at: moment(shared, one.queued_at),
    });
    let asked = ListApprovals {
        state: Some("pending"),
        session: Some(id.as_str()),
        ..ListApprovals::default()
    };
    let approvals = shared.app.approvals().list(member.who(), &asked).await?;
    let approvals = approvals.approvals.iter();
    let approvals = approvals.filter(|one| one.state == "pending");
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
        stoppable,
        waiting: waiting.collect(),
        approvals: approvals.map(|one| approval_line(shared, one)).collect(),
        origin,
        form: once_only(shared, form),
    })
}

/// A form whose message is left once, however often it is sent: by a second click, or once more because the answer
/// was lost.
pub(in crate::console) fn once_only(shared: &Shared, form: Filled) -> Filled {
    form.with("once", shared.app.new_request_id().as_str())
}

/// What makes a message of such a form the only one. Another message of the same form is another one.
pub(in crate::console) fn once_key(form: &PageForm) -> Option<String> {
    let once = form.get("once");
    let key = || digest(format!("{once}/{}", form.get("message")).as_bytes());
    (!once.is_empty()).then(key)
}

fn origin(of: &SessionOrigin) -> OriginLine {
    OriginLine {
        href: format!("/console/publications/{}", of.publication),
        publication: of.publication_name.clone(),
        provider: of.provider.clone(),
        conversation: of.conversation.clone(),
        delivery: of
            .delivery
            .as_ref()
            .map(|id| format!("/console/webhooks/{id}")),
        url: of.url.clone(),
    }
}
