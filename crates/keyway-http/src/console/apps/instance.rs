use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::credentials::{CredentialView, DefinitionView, Place};
use keyway_core::credential::CredentialKind;
use keyway_core::{CredentialId, Error, Kind};
use keyway_pages::console_context::{AppInstance, Filled};

use super::{fields, lines, places};
use crate::console::form::{Now, in_present, refused, sent};
use crate::console::member::Member;
use crate::console::routes::Audience;
use crate::console::rows::is_stale;
use crate::console::show::{done, moment};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The forms of an instance's page.
#[derive(Default)]
pub(super) struct Forms {
    rename: Option<Filled>,
    rotate: Filled,
    failed: Option<String>,
}

/// `GET /console/apps/{id}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let page = page(&shared, &member, &read(&id)?, Forms::default()).await?;
    member.show(&shared, &page).await
}

/// `POST /console/apps/{id}/test`: asks the service whether it is good.
pub(super) async fn test(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    _form: VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    match shared.app.test_credential(member.who(), &id).await {
        Ok(_) => Ok(done(&path(&id), "app-tested")),
        Err(error) if error.kind() == Kind::NotFound => Err(error.into()),
        Err(error) => {
            let status = StatusCode::from_u16(error.kind().status());
            let hint = error
                .hint()
                .map(|hint| format!("; {hint}"))
                .unwrap_or_default();
            let forms = Forms {
                failed: Some(format!("{} ({}){hint}", error.message(), error.code())),
                ..Forms::default()
            };
            let page = page(&shared, &member, &id, forms).await?;
            let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
            member.show_as(&shared, &page, status).await
        }
    }
}

/// `POST /console/apps/{id}/rename`
pub(super) async fn rename(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let credentials = shared.app.credentials();
    let seen = Some(form.get("seen")).filter(|seen| !seen.is_empty());
    let renamed = credentials.rename_seen(member.who(), &id, seen, form.get("name"));
    match renamed.await {
        Ok(_) => Ok(done(&path(&id), "app-renamed")),
        Err(error) => {
            let sent = sent(&form, &["name"]);
            let (status, filled) = if is_stale(&error) {
                let name = credentials.view(member.who(), &id).await?.name;
                let now = Now {
                    name: "name",
                    label: "app-name",
                    value: name,
                };
                let told = in_present(sent, vec![now]);
                if told.changed.is_empty() {
                    // Somebody else wanted the same.
                    return Ok(done(&path(&id), "app-renamed"));
                }
                (StatusCode::CONFLICT, told)
            } else {
                refused(error, sent)?
            };
            let forms = Forms {
                rename: Some(filled),
                ..Forms::default()
            };
            let page = page(&shared, &member, &id, forms).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

/// `POST /console/apps/{id}/rotate`: replaces what is stored.
pub(super) async fn rotate(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(id): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let id = read(&id)?;
    let credentials = shared.app.credentials();
    let view = credentials.view(member.who(), &id).await?;
    let definition = credentials.definition(member.who(), &view.key).await?;
    let setting = async {
        let typed = fields::typed(&definition, &form)?;
        let (key, name) = (&view.key, Some(view.name.as_str()));
        credentials
            .set(member.who(), key, &view.place, name, &typed)
            .await
    };
    match setting.await {
        Ok(_) => Ok(done(&path(&id), "app-rotated")),
        Err(error) => {
            let (status, rotate) = fields::again(&definition, &form, error)?;
            let forms = Forms {
                rotate,
                ..Forms::default()
            };
            let page = page(&shared, &member, &id, forms).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

/// Where an instance is shown.
pub(super) fn path(id: &CredentialId) -> String {
    format!("/console/apps/{id}")
}

pub(super) fn read(id: &str) -> Result<CredentialId, Error> {
    id.parse().map_err(|_| {
        let message = "there is no such credential here";
        Error::new(Kind::NotFound, "credential_not_found", message)
    })
}

/// What is defined of an instance, where it still is.
pub(super) async fn definition(
    shared: &Shared,
    member: &Member,
    view: &CredentialView,
) -> Result<Option<DefinitionView>, Error> {
    let credentials = shared.app.credentials();
    match credentials.definition(member.who(), &view.key).await {
        Ok(definition) => Ok(Some(definition)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn page(
    shared: &Shared,
    member: &Member,
    id: &CredentialId,
    forms: Forms,
) -> Result<AppInstance, Error> {
    let view = shared.app.credentials().view(member.who(), id).await?;
    let definition = definition(shared, member, &view).await?;
    let names = match &view.place {
        Place::User { user } => {
            shared
                .app
                .names(member.who(), [user.as_str()].into_iter())
                .await?
        }
        _ => HashMap::new(),
    };
    let administers = member.audience == Audience::Admin;
    let manageable = match &view.place {
        Place::User { user } => user == member.web.user.id.as_str(),
        _ => administers,
    };
    let kind = definition.as_ref().map(|definition| definition.kind);
    let typed = definition
        .as_ref()
        .filter(|_| manageable)
        .map(fields::fields);
    let connected = kind == Some(CredentialKind::OAuth2) && manageable && view.name == "default";
    let reconnect = connected.then(|| places::connect(&view.key, &view.place));
    Ok(AppInstance {
        definition: definition.as_ref().map(lines::definition),
        made: moment(shared, view.created_at),
        changed: moment(shared, view.changed_at),
        refreshed: view.last_refreshed_at.map(|at| moment(shared, at)),
        expires: view.expires_at.map(|at| moment(shared, at)),
        error_at: view.last_error_at.map(|at| moment(shared, at)),
        manageable,
        revocable: manageable || administers,
        testable: manageable && shared.app.credentials().has_check(&view.key),
        reconnect,
        fields: typed.unwrap_or_default(),
        rename: forms
            .rename
            .unwrap_or_else(|| Filled::new().with("name", view.name.as_str())),
        rotate: forms.rotate,
        failed: forms.failed,
        instance: lines::instance(shared, &view, &names),
    })
}
