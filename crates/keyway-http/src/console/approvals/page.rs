use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::approvals::ApprovalDetail;
use keyway_core::{ApprovalId, shortened};
use keyway_pages::console_context::{ApprovalPage, DecidedLine, Filled};

use super::list::line;
use crate::console::member::Member;
use crate::console::show::moment;
use crate::console::visible::visible;
use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::shared::Shared;

/// The most characters of a definition that are shown.
const SHOWN: usize = 8_000;

/// `GET /console/approvals/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id = find(&id).await?;
    let page = page(&shared, &member, &id, Filled::new()).await?;
    member.show(&shared, &page).await
}

/// An id in the path. One that is none is nobody's.
pub(super) async fn find(id: &str) -> Result<ApprovalId, Refusal> {
    match id.parse() {
        Ok(id) => Ok(id),
        Err(_) => Err(unknown::path().await),
    }
}

/// The page as it stands.
pub(super) async fn page(
    shared: &Shared,
    member: &Member,
    id: &ApprovalId,
    form: Filled,
) -> Result<ApprovalPage, Refusal> {
    let shown = match shared.app.approvals().show(member.who(), id).await {
        Ok(shown) => shown,
        Err(error) if error.kind() == keyway_core::Kind::NotFound => {
            return Err(unknown::path().await);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(filled(shared, &shown, form))
}

fn filled(shared: &Shared, of: &ApprovalDetail, form: Filled) -> ApprovalPage {
    let approval = &of.approval;
    let decided = approval.decided_at.map(|at| DecidedLine {
        who: approval
            .decided_by_name
            .clone()
            .or_else(|| approval.decided_by.clone())
            .unwrap_or_default(),
        through: approval.decided_through.clone().unwrap_or_default(),
        at: moment(shared, at),
    });
    ApprovalPage {
        line: line(shared, approval),
        id: approval.id.to_string(),
        client: approval.client.clone(),
        agent: approval.agent.clone(),
        session: approval.session.clone(),
        job: approval.job.clone(),
        request: approval.request.clone(),
        policies: approval.policies.clone(),
        arguments: of.arguments.clone().unwrap_or_default(),
        argument_bytes: of.argument_bytes.unwrap_or_default(),
        definition: pretty(&of.definition),
        definition_now: of.definition_now.as_ref().map(pretty),
        decided,
        reason: approval.reason.clone(),
        outcome: approval.outcome.clone(),
        form,
    }
}

/// A definition for people, with all that is hidden in it; what is left out is said.
fn pretty(definition: &serde_json::Value) -> String {
    let text = visible(&serde_json::to_string_pretty(definition).unwrap_or_default());
    shortened(&text, SHOWN)
}
