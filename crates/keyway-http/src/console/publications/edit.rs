use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyway_app::publications::{IntegrationView, PublicationView};
use keyway_core::provider::Granularity;
use keyway_core::{Error, Kind, PublicationId};
use keyway_pages::console_context::{Filled, PublicationForm};

use super::line::path;
use super::{new, typed};
use crate::console::form;
use crate::console::member::{Admin, Member};
use crate::console::show::done;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

/// The fields that are told where somebody else changed them, and the keys of their labels.
const TOLD: [(&str, &str); 8] = [
    ("name", "publication-name"),
    ("agent", "publication-agent"),
    ("granularity", "publication-granularity"),
    ("scopes", "publication-scopes"),
    ("settings", "publication-settings"),
    ("triggers", "publication-triggers"),
    ("limits", "publication-limits"),
    ("schedule", "publication-schedule"),
];

/// `GET /console/publications/{id}/edit`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
) -> Result<Response, Refusal> {
    let (of, view) = read(&shared, &admin, &id).await?;
    let page = page(&shared, &admin, &of, &view, typed::stored(&of, &view));
    admin.show(&shared, &page).await
}

/// `POST /console/publications/{id}/edit`
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<PublicationId>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let (of, view) = read(&shared, &admin, &id).await?;
    let changed = async {
        let patch = typed::patch(&of, &form)?;
        if typed::settings_are_old(&patch, &form, &view.settings) {
            return Ok(None);
        }
        let publications = shared.app.publications();
        match publications.change(admin.who(), &id, patch).await {
            Ok(_) => Ok(Some(())),
            Err(error) if error.code() == "publication_changed" => Ok(None),
            Err(error) => Err(error),
        }
    };
    let (status, filled, view) = match changed.await {
        Ok(Some(())) => return Ok(done(&path(&id), "publication-saved")),
        Ok(None) => {
            let (of, now) = read(&shared, &admin, &id).await?;
            (StatusCode::CONFLICT, too_old(&of, &form, &now), now)
        }
        Err(error) => {
            let sent = typed::sent(&of, &form);
            let (status, filled) = form::refused(typed::at_fields(error), sent)?;
            (status, filled, view)
        }
    };
    let page = page(&shared, &admin, &of, &view, filled);
    admin.show_as(&shared, &page, status).await
}

/// The form of somebody whose publication was changed meanwhile.
fn too_old(of: &IntegrationView, form: &PageForm, now: &PublicationView) -> Filled {
    let stored = typed::stored(of, now);
    let was = stored.values.get("settings_was").cloned();
    let sent = typed::sent(of, form).with("settings_was", was.unwrap_or_default());
    form::stale_as_stored(sent, TOLD, &stored, |label, value| {
        let of_this = label == "publication-granularity";
        let one = value.parse().ok().filter(|_| of_this)?;
        Some(match one {
            Granularity::PerWorkspace => "granularity-per_workspace",
            Granularity::PerUser => "granularity-per_user",
            Granularity::PerChannel => "granularity-per_channel",
            Granularity::PerThread => "granularity-per_thread",
            Granularity::PerIssue => "granularity-per_issue",
            Granularity::PerEvent => "granularity-per_event",
        })
    })
}

/// A publication, and its provider.
async fn read(
    shared: &Shared,
    admin: &Admin,
    id: &PublicationId,
) -> Result<(IntegrationView, PublicationView), Refusal> {
    let publications = shared.app.publications();
    let view = publications.show(admin.who(), id).await?;
    let all = publications.integrations(admin.who()).await?;
    let of = all.into_iter().find(|one| one.id == view.provider);
    Ok((of.ok_or_else(gone)?, view))
}

fn gone() -> Error {
    Error::new(
        Kind::Conflict,
        "provider_gone",
        "the gateway has no such provider any more",
    )
    .with_hint("remove the publication, or register the provider again")
}

fn page(
    shared: &Shared,
    member: &Member,
    of: &IntegrationView,
    view: &PublicationView,
    form: Filled,
) -> PublicationForm {
    PublicationForm {
        action: format!("{}/edit", path(&view.id)),
        back: path(&view.id),
        of: Some(view.name.clone()),
        agents: new::agents(shared, member, Some(&view.agent)),
        ..new::fields(of, form)
    }
}
