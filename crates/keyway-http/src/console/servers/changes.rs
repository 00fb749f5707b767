use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::Part;
use keyway_app::trust::{Answer, ChangeView, Looked};
use keyway_pages::console_context::{Filled, RiskLine, ServerChange, ServerChanges};

use super::path;
use crate::console::form;
use crate::console::member::Admin;
use crate::console::show::{done, moment};
use crate::console::visible::visible;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/servers/{key}/changes?cursor=…`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    page(&shared, &admin, &key, Filled::new(), StatusCode::OK).await
}

/// `POST /console/servers/{key}/changes`: accepts or rejects what was looked at.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let looked = Looked {
        tool: form.get("tool").to_owned(),
        hash: form.get("hash").to_owned(),
    };
    let (answer, code) = match form.get("do") {
        "accept" => (Answer::Accept, "server-accepted"),
        _ => (Answer::Reject, "server-rejected"),
    };
    let servers = shared.app.mcp_servers();
    let looked = [looked];
    let answered = servers.answer(admin.who(), &key, answer, &looked);
    match answered.await {
        Ok(()) => Ok(done(&format!("{}/changes", path(&key)), code)),
        Err(error) => {
            let (status, filled) = form::refused(error, Filled::new())?;
            page(&shared, &admin, &key, filled, status).await
        }
    }
}

async fn page(
    shared: &Shared,
    admin: &Admin,
    key: &str,
    form: Filled,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let servers = shared.app.mcp_servers();
    let part = Part {
        cursor: admin.params.some("cursor"),
        ..Part::default()
    };
    let found = servers.changes(admin.who(), key, part).await?;
    let pager = admin.pager(&[], found.next_cursor.as_deref());
    let changes = found.rows.into_iter().map(|one| change(shared, one));
    let page = ServerChanges {
        key: key.to_owned(),
        path: path(key),
        form,
        changes: changes.collect(),
        pager,
    };
    admin.show_as(shared, &page, status).await
}

fn change(shared: &Shared, view: ChangeView) -> ServerChange {
    let findings = view.findings.iter().map(|finding| RiskLine {
        risk: finding.risk.as_str(),
        grave: finding.risk.is_grave(),
        path: visible(&finding.path),
        found: visible(&finding.found),
    });
    let seen = |text: &Option<String>| text.as_deref().map(visible);
    let differences = view
        .differences
        .iter()
        .map(|one| (visible(&one.path), seen(&one.before), seen(&one.after)));
    ServerChange {
        name: visible(&view.tool),
        state: match (view.rejected, view.is_new) {
            (true, true) => "rejected",
            (true, false) => "change_rejected",
            (false, true) => "new",
            (false, false) => "changed",
        },
        seen: moment(shared, view.seen_at),
        findings: findings.collect(),
        differences: differences.collect(),
        hash: view.hash,
        own: view.tool,
    }
}
