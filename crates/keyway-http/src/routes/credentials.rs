//! `/v1/credentials` and `/v1/credential-definitions`

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use keyway_app::credentials::Place;
use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialId, Error, Kind, Secret};
use serde_json::json;
use serde_json::value::RawValue;

use super::{Asker, Id, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What is to be set. The fields are kept as they came: nothing but the vault reads them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    key: String,
    scope: String,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    name: Option<String>,
    fields: Box<RawValue>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    seen: Option<String>,
    #[serde(default)]
    default: Option<bool>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Of {
    key: Option<String>,
}

#[derive(serde::Deserialize)]
pub(crate) struct How {
    #[serde(default)]
    force: bool,
}

/// `GET /v1/credential-definitions`
pub(crate) async fn definitions(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let all = shared.app.credentials().definitions(&asker.who).await?;
    answer::ok(&json!({ "definitions": all }))
}

/// `GET /v1/credentials?key=…`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Query(of): Query<Of>,
) -> Result<Response, Refusal> {
    let credentials = shared.app.credentials();
    let all = credentials.list(&asker.who, of.key.as_deref()).await?;
    answer::ok(&json!({ "credentials": all }))
}

/// `POST /v1/credentials`: makes an instance (201), or replaces what is stored of it (200).
pub(crate) async fn set(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let place = place(&asker, &new)?;
    let fields = Secret::new(new.fields.get().to_owned());
    let credentials = shared.app.credentials();
    let name = new.name.as_deref();
    let set = credentials.set(&asker.who, &new.key, &place, name, &fields);
    match set.await? {
        (view, true) => answer::made(&view),
        (view, false) => answer::ok(&view),
    }
}

/// `PATCH /v1/credentials/{id}`
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<CredentialId>,
    Input(change): Input<Change>,
) -> Result<Response, Refusal> {
    let credentials = shared.app.credentials();
    if change.default == Some(false) {
        return Err(
            Error::invalid_at("/default", "true: another one is made the default instead").into(),
        );
    }
    if let Some(name) = &change.name {
        let seen = change.seen.as_deref();
        credentials.rename_seen(&asker.who, &id, seen, name).await?;
    }
    if change.default == Some(true) {
        credentials.make_default(&asker.who, &id).await?;
    }
    answer::ok(&credentials.view(&asker.who, &id).await?)
}

/// `DELETE /v1/credentials/{id}?force=true`
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<CredentialId>,
    how: Result<Query<How>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(how) = how.map_err(|_| {
        let error = Error::new(Kind::Malformed, "bad_query", "the query cannot be read");
        error.with_hint("`force` is true or false")
    })?;
    let credentials = shared.app.credentials();
    credentials.revoke(&asker.who, &id, how.force).await?;
    Ok(answer::done())
}

/// `GET /v1/me/connections`
pub(crate) async fn mine(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let mine = shared.app.credentials().mine(&asker.who).await?;
    answer::ok(&json!({ "connections": mine }))
}

/// `DELETE /v1/me/connections/{key}`
pub(crate) async fn disconnect(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    let credentials = shared.app.credentials();
    credentials.disconnect(&asker.who, &key).await?;
    Ok(answer::done())
}

/// Where it is to belong. A person's own is the asker's where no one is named.
fn place(asker: &Asker, new: &New) -> Result<Place, Error> {
    let scope: CredentialScope = new
        .scope
        .parse()
        .map_err(|_| Error::invalid_at("/scope", "organization, project or user"))?;
    match (scope, &new.project, &new.user) {
        (CredentialScope::Organization, None, None) => Ok(Place::Organization),
        (CredentialScope::Project, Some(project), None) => Ok(Place::Project {
            project: project.clone(),
        }),
        (CredentialScope::Project, None, _) => Err(Error::invalid_at(
            "/project",
            "the slug of a project, with this scope",
        )),
        (CredentialScope::User, None, user) => {
            let own = || asker.who.actor().map(|actor| actor.as_str().to_owned());
            let user = user.clone().or_else(own);
            let user =
                user.ok_or_else(|| Error::invalid_at("/user", "a person's id, with this scope"))?;
            Ok(Place::User { user })
        }
        (_, Some(_), _) => Err(Error::invalid_at("/project", "nothing, with this scope")),
        (_, _, Some(_)) => Err(Error::invalid_at("/user", "nothing, with this scope")),
    }
}
