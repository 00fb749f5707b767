use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use keyway_app::credentials::{DefinitionView, FieldView, Place};
use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_core::{Error, Kind};
use keyway_pages::{Connect, Field, FieldKind, FieldOption, Html, csrf_field};

use super::{PageForm, Visitor, VisitorForm};
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The field that says who is to use it. No credential has a field of this name.
const PLACE: &str = "keyway_place";
/// What it says of a project, before the slug.
const PROJECT: &str = "project ";

/// What the page was reached by.
#[derive(serde::Deserialize)]
pub(super) struct Came {
    done: Option<String>,
}

/// `GET /connect/{key}`: what a credential is, and a form to set one.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Refusal> {
    let mut page = page(&shared, &visitor, &key).await?;
    page.done = came.done.is_some();
    if page.done {
        page.fields.clear();
    }
    Ok(visitor.visit.show(&shared, &page)?.into_response())
}

/// `POST /connect/{key}`: sets it.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    match set(&shared, &visitor, &key, &form).await {
        Ok(()) => {
            let query = url::form_urlencoded::byte_serialize(key.as_bytes()).collect::<String>();
            let to = format!("/connect/{query}?done=yes");
            Ok(PageReply::see_other(&to).into_response())
        }
        Err(error) if error.kind() == Kind::NotFound => Err(error.into()),
        Err(error) => {
            let page = page(&shared, &visitor, &key).await?;
            visitor.visit.show_again(&shared, page, error, &form)
        }
    }
}

async fn set(shared: &Shared, visitor: &Visitor, key: &str, form: &PageForm) -> Result<(), Error> {
    let credentials = shared.app.credentials();
    let definition = credentials.definition(key)?;
    let place = match form.get(PLACE) {
        "organization" => Place::Organization,
        "user" => Place::User {
            user: visitor.web.user.id.to_string(),
        },
        other => {
            let project = other.strip_prefix(PROJECT).unwrap_or_default().to_owned();
            Place::Project { project }
        }
    };
    let given = |field: &FieldView| {
        let value = form.secret(&field.name);
        (!value.expose().is_empty()).then(|| (field.name.clone(), value))
    };
    let values: Vec<_> = definition.fields.iter().filter_map(given).collect();
    let fields = definition.object(&values)?;
    let who = &visitor.web.principal;
    credentials.set(who, key, &place, None, &fields).await?;
    Ok(())
}

async fn page(shared: &Shared, visitor: &Visitor, key: &str) -> Result<Connect, Error> {
    let credentials = shared.app.credentials();
    let definition = credentials.definition(key)?;
    let existing = credentials.list(&visitor.web.principal, Some(key)).await?;
    let places = places(shared, visitor, &definition).await?;
    let mut fields = Vec::new();
    if !places.is_empty() && definition.kind != CredentialKind::None {
        fields.extend(definition.fields.iter().map(field));
        let place = Field::new(PLACE, "Who uses it", FieldKind::Select).required();
        let first = places.first().map(|first| first.value.clone());
        let place = place.options(places);
        fields.push(place.value(&first.unwrap_or_default()));
    }
    Ok(Connect {
        form_action: format!("/connect/{key}"),
        csrf_field: csrf_field(&visitor.visit.csrf()),
        error_html: Html::none(),
        service: definition.title.unwrap_or(definition.key),
        description: definition.description,
        hosts: definition.hosts,
        actions: definition.actions,
        who: visitor.web.user.name.clone(),
        existing: existing
            .iter()
            .map(|one| format!("`{}` for the {}", one.name, said(&one.place)))
            .collect(),
        done: false,
        fields: Field::focus(fields),
    })
}

fn said(place: &Place) -> String {
    match place {
        Place::User { .. } => "person".to_owned(),
        place => place.to_string(),
    }
}

/// Who could use what the visitor sets: what they may choose from.
async fn places(
    shared: &Shared,
    visitor: &Visitor,
    definition: &DefinitionView,
) -> Result<Vec<FieldOption>, Error> {
    let who = &visitor.web.principal;
    let fits = |scope| definition.scope.is_none_or(|pin| pin == scope);
    let mut places = Vec::new();
    let administers = shared.app.administer(who).await.is_ok();
    if administers && fits(CredentialScope::Organization) {
        places.push(FieldOption::new(
            "organization",
            "Everyone in the organization",
        ));
    }
    if administers && fits(CredentialScope::Project) {
        for project in shared.app.people().projects(who).await? {
            let (value, label) = (
                format!("{PROJECT}{}", project.slug),
                format!("The project {}", project.name),
            );
            places.push(FieldOption::new(&value, &label));
        }
    }
    // Where an action does not ask for a person's own, one is used only when a call names it.
    if definition.scope == Some(CredentialScope::User) || definition.scope.is_none() {
        places.push(FieldOption::new("user", "Only you"));
    }
    Ok(places)
}

fn field(of: &FieldView) -> Field {
    let kind = if of.secret {
        FieldKind::Password
    } else {
        FieldKind::Text
    };
    let label = of.title.clone().unwrap_or_else(|| of.name.clone());
    let mut field = Field::new(&of.name, &label, kind).autocomplete("off");
    if of.required {
        field = field.required();
    }
    match &of.description {
        Some(about) => field.help(about),
        None => field,
    }
}
