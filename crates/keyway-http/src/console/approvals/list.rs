use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::approvals::{ApprovalView, ListApprovals};
use keyway_pages::console_context::{ApprovalLine, ApprovalList};

use super::href;
use crate::console::member::Member;
use crate::console::routes::Audience;
use crate::console::show::{ROWS, moment};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/approvals`: what waits; with `view=all` everything, with `view=mine` what one asks for
/// oneself.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
) -> Result<Response, Refusal> {
    let view = match member.params.get("view") {
        "all" => "all",
        "mine" => "mine",
        _ => "waiting",
    };
    let list = ListApprovals {
        state: (view == "waiting").then_some("pending"),
        own: view == "mine",
        session: None,
        cursor: member.params.some("cursor"),
        limit: Some(ROWS),
    };
    let found = shared.app.approvals().list(member.who(), &list).await?;
    let page = ApprovalList {
        view,
        admin: member.audience == Audience::Admin,
        pager: member.pager(&["view"], found.next_cursor.as_deref()),
        approvals: found
            .approvals
            .iter()
            .map(|approval| line(&shared, approval))
            .collect(),
    };
    member.show(&shared, &page).await
}

pub(in crate::console) fn line(shared: &Shared, of: &ApprovalView) -> ApprovalLine {
    ApprovalLine {
        href: href(&of.id),
        tool: of.tool.clone(),
        server: of.server.clone(),
        who: of.actor_name.clone().unwrap_or_else(|| of.actor.clone()),
        through: of.agent.clone().or_else(|| of.client.clone()),
        state: of.state,
        kind: ApprovalLine::kind_of(of.state),
        asked: moment(shared, of.created_at),
        expires: moment(shared, of.expires_at),
        may_decide: of.may_decide,
    }
}
