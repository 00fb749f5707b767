//! `/v1/approvals`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::approvals::{Decide, ListApprovals, Through};
use keyway_core::ApprovalId;

use super::input::{Input, bad_query};
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    state: Option<String>,
    #[serde(default)]
    own: bool,
    session: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Why a call is denied.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denial {
    reason: Option<String>,
}

/// `GET /v1/approvals`: what the asker asks for, and what they may decide about.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListApprovals {
        state: wanted.state.as_deref(),
        own: wanted.own,
        session: wanted.session.as_deref(),
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
    };
    answer::ok(&shared.app.approvals().list(&asker.who, &list).await?)
}

/// `GET /v1/approvals/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApprovalId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.approvals().show(&asker.who, &id).await?)
}

/// `POST /v1/approvals/{id}/approve`
pub(crate) async fn approve(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApprovalId>,
) -> Result<Response, Refusal> {
    let approvals = shared.app.approvals();
    let decided = approvals.decide(&asker.who, &id, Decide::Approve, Through::Api);
    answer::ok(&decided.await?)
}

/// `POST /v1/approvals/{id}/deny`
pub(crate) async fn deny(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<ApprovalId>,
    Input(denial): Input<Denial>,
) -> Result<Response, Refusal> {
    let approvals = shared.app.approvals();
    let deny = Decide::Deny(denial.reason.as_deref());
    let decided = approvals.decide(&asker.who, &id, deny, Through::Api);
    answer::ok(&decided.await?)
}
