use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::connectors::{AuthView, ConnectorDraft, ConnectorPatch, ConnectorView};
use keyway_pages::console_context::{ConnectorForm, Filled, ProbeShown};

use super::{add, shown, typed};
use crate::console::form;
use crate::console::member::{Admin, Member};
use crate::console::rows::sent_revision;
use crate::console::show::done;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The fields that are told where somebody else changed them, and the keys of their labels.
const TOLD: &[(&str, &str)] = &[
    ("name", "connector-name"),
    ("url", "connector-remote-url"),
    ("auth", "connector-auth"),
    ("header", "connector-header"),
    ("scheme", "connector-scheme"),
    ("more", "connector-more"),
    ("client_id", "connector-client-id"),
    ("scopes", "connector-scopes"),
    ("scope", "connector-for"),
    ("project", "connector-project"),
    ("role_owner", "connector-role-owner"),
    ("role_admin", "connector-role-admin"),
    ("role_member", "connector-role-member"),
    ("allow", "connector-allow"),
    ("deny", "connector-deny"),
    ("connect_timeout", "connector-connect-timeout"),
    ("call_timeout", "connector-call-timeout"),
];

/// `GET /console/connectors/{name}/edit`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared.app.connectors().get(admin.who(), &name).await?;
    let page = page(&shared, &admin, &view, typed::stored(&view), None).await?;
    admin.show(&shared, &page).await
}

/// `POST /console/connectors/{name}/edit`: tries it out with what was typed, or saves it.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Path(name): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let view = connectors.get(admin.who(), &name).await?;
    let draft = match typed::draft(&form, Some(&view.auth)) {
        Ok(draft) => draft,
        Err(error) => {
            let (status, filled) = form::refused(error, typed::sent(&form))?;
            let page = page(&shared, &admin, &view, filled, None).await?;
            return admin.show_as(&shared, &page, status).await;
        }
    };
    let patch = patch(&draft, view.enabled);
    let outcome = if form.get("do") == "test" {
        let probed = connectors.probe(admin.who(), &view.slug, patch).await;
        probed.map(|found| Some(shown::probe(found)))
    } else {
        let revision = sent_revision(&form).unwrap_or_default();
        let changed = connectors.change(admin.who(), &view.slug, revision, patch);
        changed.await.map(|_| None)
    };
    let (status, filled, probe) = match outcome {
        Ok(None) => return Ok(done(&shown::path(&view.slug), "connector-saved")),
        Ok(Some(probe)) => (StatusCode::OK, typed::sent(&form), Some(probe)),
        Err(error) if error.code() == "connector_changed" => {
            let now = connectors.get(admin.who(), &name).await?;
            (StatusCode::CONFLICT, too_old(&form, &now), None)
        }
        Err(error) => {
            let error = typed::at_fields(error, &draft, &form);
            let (status, filled) = form::refused(error, typed::sent(&form))?;
            (status, filled, None)
        }
    };
    let page = page(&shared, &admin, &view, filled, probe).await?;
    admin.show_as(&shared, &page, status).await
}

/// The form of somebody whose connector was changed meanwhile.
fn too_old(form: &PageForm, now: &ConnectorView) -> Filled {
    let stored = typed::stored(now);
    let (sent, fields) = (typed::sent(form), TOLD.iter().copied());
    form::stale_as_stored(sent, fields, &stored, |label, value| match (label, value) {
        ("connector-auth", "headers") => Some("connector-auth-choose-headers"),
        ("connector-auth", "oauth_shared") => Some("connector-auth-choose-shared"),
        ("connector-auth", "oauth_per_user") => Some("connector-auth-choose-per-user"),
        ("connector-auth", "oauth_client") => Some("connector-auth-choose-client"),
        ("connector-for", "organization") => Some("connector-for-choose-organization"),
        ("connector-for", "project") => Some("connector-for-choose-project"),
        ("connector-for", "roles") => Some("connector-for-choose-roles"),
        (role, _) if role.starts_with("connector-role-") => Some(form::ticked(value)),
        _ => None,
    })
}

fn patch(draft: &ConnectorDraft, enabled: bool) -> ConnectorPatch {
    ConnectorPatch {
        name: Some(draft.name.clone()),
        url: Some(draft.url.clone()),
        scope: Some(draft.scope.clone()),
        auth: Some(draft.auth.clone()),
        enabled: Some(enabled),
        allow: Some(draft.allow.clone()),
        deny: Some(draft.deny.clone()),
        connect_timeout: Some(draft.connect_timeout),
        call_timeout: Some(draft.call_timeout),
    }
}

async fn page(
    shared: &Shared,
    member: &Member,
    view: &ConnectorView,
    form: Filled,
    probe: Option<ProbeShown>,
) -> Result<ConnectorForm, Refusal> {
    Ok(ConnectorForm {
        open: typed::is_advanced(&form),
        form,
        action: format!("{}/edit", shown::path(&view.slug)),
        back: shown::path(&view.slug),
        of: Some(view.name.clone()),
        keeps: matches!(view.auth, AuthView::Headers { .. }),
        projects: add::projects(shared, member).await?,
        probe,
    })
}
