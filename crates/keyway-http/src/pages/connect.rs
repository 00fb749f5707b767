use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_app::credentials::{DefinitionView, FieldView, Place};
use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_core::{Error, Kind};
use keyway_pages::{Connect, Field, FieldKind, FieldOption, Html, alert, csrf_field};
use url::Url;

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
    /// For whom it is to be, as the form says it.
    r#for: Option<String>,
}

/// `GET /connect/{key}`: what a credential is, and a form to set one.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(came): Query<Came>,
) -> Result<Response, Refusal> {
    let who = &visitor.web.principal;
    if let Some(key) = shared.app.credentials().linked(who, &key)? {
        return Ok(PageReply::see_other(&format!("/connect/{key}?for=user")).into_response());
    }
    let mut page = page(&shared, &visitor, &key, came.r#for.as_deref()).await?;
    page.done = came.done.is_some();
    if page.done {
        page.fields.clear();
    }
    Ok(show_form(&shared, &visitor, &page)?.into_response())
}

/// The page, whose form may lead to the authorization server.
pub(super) fn show_form(
    shared: &Shared,
    visitor: &Visitor,
    page: &Connect,
) -> Result<PageReply, Refusal> {
    let reply = visitor.visit.show(shared, page)?;
    let server = page.server.as_deref().and_then(|url| Url::parse(url).ok());
    Ok(match server {
        Some(server) => reply.form_target(&server),
        None => reply,
    })
}

/// Where someone is shown that it is connected.
pub(super) fn done(key: &str) -> String {
    let key: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    // A colon stands for itself in a path (RFC 3986, section 3.3).
    format!("/connect/{}?done=yes", key.replace("%3A", ":"))
}

/// `POST /connect/{key}`: sets it, or sends the browser to where it is connected.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let submitted = async {
        let credentials = shared.app.credentials();
        let definition = credentials.definition(&visitor.web.principal, &key).await?;
        match definition.kind {
            CredentialKind::OAuth2 => begin(&shared, &visitor, &key, &form).await,
            _ => set(&shared, &visitor, &definition, &form).await,
        }
    };
    match submitted.await {
        Ok(reply) => Ok(reply.into_response()),
        Err(Refused::Form(error)) if error.kind() == Kind::NotFound => Err(error.into()),
        Err(Refused::Form(error)) => {
            let page = page(&shared, &visitor, &key, None).await?;
            visitor.visit.show_again(&shared, page, error, &form)
        }
        Err(Refused::Elsewhere(error)) => {
            let mut page = page(&shared, &visitor, &key, None).await?;
            page.error_html = alert(error.message(), error.hint());
            let status = StatusCode::from_u16(error.kind().status());
            let reply = show_form(&shared, &visitor, &page)?;
            Ok(reply
                .status(status.unwrap_or(StatusCode::BAD_REQUEST))
                .into_response())
        }
        Err(Refused::Page(refusal)) => Err(refusal),
    }
}

/// Why nothing came of a form.
enum Refused {
    /// Something in the form.
    Form(Error),
    /// Something of the service's.
    Elsewhere(Error),
    /// Something of ours.
    Page(Refusal),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::BadGateway | Kind::Unavailable => Self::Elsewhere(error),
            _ => Self::Form(error),
        }
    }
}

async fn begin(
    shared: &Shared,
    visitor: &Visitor,
    key: &str,
    form: &PageForm,
) -> Result<PageReply, Refused> {
    let callback = format!("{}/connect/{key}/callback", visitor.visit.address.origin);
    let (credentials, who) = (shared.app.credentials(), &visitor.web.principal);
    let place = place(visitor, form);
    let url = credentials.begin_connecting(who, key, &place, None, &callback);
    let url = url.await?;
    let to = Url::parse(url.expose()).map_err(|source| Refused::Form(Error::internal(source)))?;
    let mut page = page(shared, visitor, key, None).await?;
    let allowed = page.server.as_deref().and_then(|url| Url::parse(url).ok());
    if allowed.is_some_and(|allowed| allowed.origin() == to.origin()) {
        return Ok(PageReply::see_other(to.as_str()));
    }
    // Browsers hold the answer to a form against the policy of its page, which did not know of this
    // address yet: there a link leads on.
    page.continue_url = Some(to.to_string());
    page.server = Some(to.origin().ascii_serialization());
    let shown = visitor.visit.show(shared, &page);
    shown.map_err(Refused::Page)
}

async fn set(
    shared: &Shared,
    visitor: &Visitor,
    definition: &DefinitionView,
    form: &PageForm,
) -> Result<PageReply, Refused> {
    let given = |field: &FieldView| {
        let value = form.secret(&field.name);
        (!value.expose().is_empty()).then(|| (field.name.clone(), value))
    };
    let values: Vec<_> = definition.fields.iter().filter_map(given).collect();
    let fields = definition.object(&values)?;
    let (who, key) = (&visitor.web.principal, &definition.key);
    let place = place(visitor, form);
    let credentials = shared.app.credentials();
    credentials.set(who, key, &place, None, &fields).await?;
    Ok(PageReply::see_other(&done(key)))
}

/// Who is to use it.
fn place(visitor: &Visitor, form: &PageForm) -> Place {
    match form.get(PLACE) {
        "organization" => Place::Organization,
        "user" => Place::User {
            user: visitor.web.user.id.to_string(),
        },
        other => {
            let project = other.strip_prefix(PROJECT).unwrap_or_default().to_owned();
            Place::Project { project }
        }
    }
}

pub(super) async fn page(
    shared: &Shared,
    visitor: &Visitor,
    key: &str,
    wanted: Option<&str>,
) -> Result<Connect, Error> {
    let credentials = shared.app.credentials();
    let definition = credentials.definition(&visitor.web.principal, key).await?;
    let existing = credentials.list(&visitor.web.principal, Some(key)).await?;
    let places = places(shared, visitor, &definition).await?;
    let mut fields = Vec::new();
    if !places.is_empty() && definition.kind != CredentialKind::None {
        fields.extend(definition.fields.iter().map(field));
        let place = Field::new(PLACE, "Who uses it", FieldKind::Select).required();
        let wanted = places.iter().find(|place| Some(&*place.value) == wanted);
        let first = wanted.or(places.first()).map(|first| first.value.clone());
        let place = place.options(places);
        fields.push(place.value(&first.unwrap_or_default()));
    }
    let (server, scopes) = match definition.authorization {
        // Which one that is, is found out when somebody sets out for it.
        Some(of) if of.found => {
            let host = definition.hosts.as_deref().unwrap_or(&of.server);
            let server = format!("the authorization server of {host}");
            (Some(server), of.scopes)
        }
        Some(of) => (Some(of.server), of.scopes),
        None => (None, Vec::new()),
    };
    Ok(Connect {
        server,
        scopes,
        continue_url: None,
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
