//! What is asked before it is done: another default, and the end of an instance.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::credentials::{CredentialView, ListCredentials};
use keyway_core::Error;
use keyway_pages::console_context::AppConfirm;

use super::instance::{definition, path, read};
use crate::console::member::Member;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many instances of a place are looked at for its default.
const PLACE: u32 = 200;

/// `GET /console/apps/{id}/default`
pub(super) async fn ask_default(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared
        .app
        .credentials()
        .view(member.who(), &read(&id)?)
        .await?;
    let page = AppConfirm {
        key: "app-default",
        instead: default_of(&shared, &member, &view).await?,
        uses: uses(&shared, &member, &view).await?,
        action: format!("{}/default", path(&view.id)),
        back: path(&view.id),
        danger: false,
        name: view.name,
    };
    member.show(&shared, &page).await
}

/// `POST /console/apps/{id}/default`
pub(super) async fn make_default(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    shared
        .app
        .credentials()
        .make_default(member.who(), &id)
        .await?;
    Ok(done(&path(&id), "app-default"))
}

/// `GET /console/apps/{id}/revoke`
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let view = shared
        .app
        .credentials()
        .view(member.who(), &read(&id)?)
        .await?;
    let uses = if view.default {
        uses(&shared, &member, &view).await?
    } else {
        Vec::new()
    };
    let page = AppConfirm {
        key: "app-revoke",
        instead: None,
        uses,
        action: format!("{}/revoke", path(&view.id)),
        back: path(&view.id),
        danger: true,
        name: view.name,
    };
    member.show(&shared, &page).await
}

/// `POST /console/apps/{id}/revoke`. Who was told what uses it, does it all the same.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let told = form.get("told") == "yes";
    let id = read(&id)?;
    shared
        .app
        .credentials()
        .revoke(member.who(), &id, told)
        .await?;
    Ok(done("/console/apps", "app-revoked"))
}

async fn uses(
    shared: &Shared,
    member: &Member,
    view: &CredentialView,
) -> Result<Vec<String>, Error> {
    let definition = definition(shared, member, view).await?;
    Ok(definition
        .map(|definition| definition.actions)
        .unwrap_or_default())
}

/// The instance that is the default of the same place now, where another one is.
async fn default_of(
    shared: &Shared,
    member: &Member,
    view: &CredentialView,
) -> Result<Option<String>, Error> {
    let list = ListCredentials {
        key: Some(&view.key),
        scope: Some(view.place.scope()),
        limit: PLACE,
        ..ListCredentials::default()
    };
    let found = shared.app.credentials_page(member.who(), &list).await?;
    let mut there = found.credentials.into_iter();
    let found = there.find(|one| one.default && one.place == view.place && one.id != view.id);
    Ok(found.map(|one| one.name))
}
