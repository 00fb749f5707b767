//! One's own sessions: browsers one is signed in with, and conversations with agents.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_app::agents::ListSessions;
use keyway_core::{Error, Kind, WebSessionId};
use keyway_pages::console_context::{BrowserLine, Confirm, MySessions};

use super::member::Member;
use super::routes::Route;
use super::sessions::lines;
use super::show::{ROWS, done, moment};
use crate::pages::{VisitorForm, browser_in_words, signed_out};
use crate::refusal::Refusal;
use crate::shared::Shared;

const PATH: &str = "/console/me/sessions";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member(PATH).nav("my-sessions").get(show),
        Route::member("/console/me/sessions/end").post(end),
        Route::member("/console/me/sessions/end-all")
            .get(ask)
            .post(end_all),
    ]
}

/// `GET /console/me/sessions`
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let browsers = shared.app.people().sessions(&member.web).await?;
    let list = ListSessions {
        own: true,
        cursor: member.params.some("cursor"),
        limit: Some(ROWS),
        ..ListSessions::default()
    };
    let found = shared.app.sessions().list(member.who(), &list).await?;
    let page = MySessions {
        browsers: browsers
            .into_iter()
            .map(|session| BrowserLine {
                id: session.id.to_string(),
                browser: browser_in_words(&session.user_agent),
                address: session.address,
                began: moment(&shared, session.created_at),
                seen: moment(&shared, session.last_seen_at),
                until: moment(&shared, session.expires_at),
                current: session.current,
            })
            .collect(),
        sessions: lines(&shared, &member, found.sessions).await?,
        pager: member.pager(&[], found.next_cursor.as_deref()),
    };
    member.show(&shared, &page).await
}

/// `POST /console/me/sessions/end`: signs one browser out.
async fn end(
    State(shared): State<Arc<Shared>>,
    member: Member,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let session: WebSessionId = form.get("session").parse().map_err(|_| {
        let message = "there is no web session with this id";
        Error::new(Kind::NotFound, "web_session_not_found", message)
    })?;
    let people = shared.app.people();
    people.revoke_session(&member.web, &session).await?;
    if session == member.web.session {
        return Ok(signed_out(&member.visit).into_response());
    }
    Ok(done(PATH, "browser-ended"))
}

/// `GET /console/me/sessions/end-all`: asks first.
async fn ask(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let name = member.web.user.name.as_str();
    let page = Confirm::danger(
        "confirm-everywhere",
        name,
        "/console/me/sessions/end-all",
        PATH,
    );
    member.show(&shared, &page).await
}

/// `POST /console/me/sessions/end-all`: signs every browser out, this one too.
async fn end_all(
    State(shared): State<Arc<Shared>>,
    member: Member,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.people().sign_out_everywhere(&member.web).await?;
    Ok(signed_out(&member.visit).into_response())
}
