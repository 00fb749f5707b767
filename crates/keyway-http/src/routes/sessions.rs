//! `/v1/sessions`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use keyway_app::agents::{Beginning, ListSessions, Saying};
use keyway_app::approvals::{Decide, Through};
use keyway_core::{Error, Kind, SessionId};
use serde_json::json;

use super::input::bad_query;
use super::{Asker, Id, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    agent: Option<String>,
    status: Option<String>,
    #[serde(default)]
    archived: bool,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// A session about to begin.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begun {
    agent: String,
    message: Option<String>,
}

/// A message.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    message: String,
}

/// What is decided about a call.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    decision: Verdict,
    reason: Option<String>,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Approve,
    Deny,
}

/// `GET /v1/sessions`: the asker's sessions, or all of the organization for who administers it.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListSessions {
        agent: wanted.agent.as_deref(),
        status: wanted.status.as_deref(),
        archived: wanted.archived,
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
        ..ListSessions::default()
    };
    answer::ok(&shared.app.sessions().list(&asker.who, &list).await?)
}

/// `GET /v1/sessions/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.sessions().show(&asker.who, &id).await?)
}

/// `POST /v1/sessions`: begins one, with a first message where there is one.
pub(crate) async fn begin(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    headers: HeaderMap,
    Input(begun): Input<Begun>,
) -> Result<Response, Refusal> {
    let begun = shared.app.begin_session(Beginning {
        who: &asker.who,
        agent: &begun.agent,
        message: begun.message.as_deref(),
        idempotency_key: key(&headers),
        request: &asker.request,
    });
    let begun = begun.await?;
    let location = [(LOCATION, format!("/v1/sessions/{}", begun.session.id))];
    Ok((location, answer::made(&begun)?).into_response())
}

/// `POST /v1/sessions/{id}/messages`: takes a message, which is said once it is its turn.
pub(crate) async fn say(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
    headers: HeaderMap,
    Input(said): Input<Said>,
) -> Result<Response, Refusal> {
    let taken = shared.app.leave_message(Saying {
        who: &asker.who,
        session: &id,
        message: &said.message,
        idempotency_key: key(&headers),
        request: &asker.request,
    });
    let taken = taken.await?;
    let location = [(LOCATION, taken.events.clone())];
    Ok((StatusCode::ACCEPTED, location, answer::ok(&taken)?).into_response())
}

/// `GET /v1/sessions/{id}/messages`: what waits to be said, the next one first.
pub(crate) async fn waiting(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    let waiting = shared.app.sessions().waiting(&asker.who, &id).await?;
    answer::ok(&json!({ "messages": waiting }))
}

/// `POST /v1/sessions/{id}/interrupt`: stops the turn that runs, and what waits.
pub(crate) async fn interrupt(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.interrupt(&asker.who, &id).await?)
}

/// `POST /v1/sessions/{id}/archive`
pub(crate) async fn archive(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.archive_session(&asker.who, &id).await?)
}

/// `POST /v1/sessions/{id}/unarchive`
pub(crate) async fn unarchive(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<SessionId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.unarchive_session(&asker.who, &id).await?)
}

/// `POST /v1/sessions/{id}/approvals/{approval}`: decides about a call that the agent waits with.
pub(crate) async fn decide(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Path((id, approval)): Path<(String, String)>,
    Input(decision): Input<Decision>,
) -> Result<Response, Refusal> {
    let (Ok(id), Ok(approval)) = (id.parse::<SessionId>(), approval.parse()) else {
        return Err(
            Error::new(Kind::NotFound, "not_found", "there is nothing with this id").into(),
        );
    };
    shared.app.sessions().show(&asker.who, &id).await?;
    let decide = match (decision.decision, &decision.reason) {
        (Verdict::Approve, None) => Decide::Approve,
        (Verdict::Approve, Some(_)) => {
            let expected = "nothing: only a denial has a reason";
            return Err(Error::invalid_at("/reason", expected).into());
        }
        (Verdict::Deny, reason) => Decide::Deny(reason.as_deref()),
    };
    let approvals = shared.app.approvals();
    let decided = approvals.decide_in(&asker.who, &id, &approval, decide, Through::Api);
    answer::ok(&decided.await?)
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let key = headers.get("idempotency-key");
    // One that is no text is a bad one.
    key.map(|key| key.to_str().unwrap_or_default())
}
