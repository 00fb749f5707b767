use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::credentials::{DefinitionView, ListCredentials, Place};
use keyway_core::Error;
use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_pages::console_context::{App, Filled, PlaceOption};

use super::fields::{self, NAME, PLACE};
use super::{lines, places};
use crate::console::member::Member;
use crate::console::show::done;
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many instances are shown.
const SHOWN: u32 = 20;
/// How many places' defaults are looked for.
const RUNGS: u32 = 200;

/// `GET /console/apps/of/{key}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    let page = page(&shared, &member, &key, Filled::new()).await?;
    member.show(&shared, &page).await
}

/// `POST /console/apps/of/{key}`: sets one.
pub(super) async fn set(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(key): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let credentials = shared.app.credentials();
    let definition = credentials.definition(member.who(), &key).await?;
    let setting = async {
        let place = places::chosen(&member, &form, PLACE);
        let name = Some(form.get(NAME).trim()).filter(|name| !name.is_empty());
        let typed = fields::typed(&definition, &form)?;
        credentials
            .set(member.who(), &key, &place, name, &typed)
            .await
    };
    match setting.await {
        Ok((view, _)) => Ok(done(&format!("/console/apps/{}", view.id), "app-set")),
        Err(error) => {
            let error = match error.code() {
                "project_not_found" => {
                    Error::invalid_at(format!("/{PLACE}"), "a project that is still there")
                }
                _ => error,
            };
            let (status, filled) = fields::again(&definition, &form, error)?;
            let page = page(&shared, &member, &key, filled).await?;
            member.show_as(&shared, &page, status).await
        }
    }
}

async fn page(shared: &Shared, member: &Member, key: &str, form: Filled) -> Result<App, Error> {
    let credentials = shared.app.credentials();
    let definition = credentials.definition(member.who(), key).await?;
    let list = ListCredentials {
        key: Some(key),
        limit: SHOWN,
        ..ListCredentials::default()
    };
    let found = shared.app.credentials_page(member.who(), &list).await?;
    let instances = found.credentials.iter();
    let instances = instances.map(|view| lines::instance(shared, view, &found.names));
    let places = match definition.kind {
        CredentialKind::None => Vec::new(),
        _ => places::places(shared, member, &definition).await?,
    };
    let (server, scopes) = match &definition.authorization {
        Some(of) => (Some(of.server.clone()), of.scopes.clone()),
        None => (None, Vec::new()),
    };
    Ok(App {
        pinned: definition.scope.map(|scope| scope.as_str().to_owned()),
        hosts: definition.hosts.clone(),
        server,
        scopes,
        rungs: rungs(shared, member, &definition).await?,
        instances: instances.collect(),
        more: found.next.is_some(),
        places: places.into_iter().map(|one| option(key, one)).collect(),
        fields: fields::fields(&definition),
        definition: lines::definition(&definition),
        form,
    })
}

/// Where instances are looked for, in order, and those that would be found there by default.
async fn rungs(
    shared: &Shared,
    member: &Member,
    definition: &DefinitionView,
) -> Result<Vec<(&'static str, Vec<String>)>, Error> {
    let all = [
        ("rung-project", CredentialScope::Project),
        ("rung-organization", CredentialScope::Organization),
        ("rung-user", CredentialScope::User),
    ];
    let looked = all.into_iter().filter(|(_, scope)| match definition.scope {
        Some(pin) => pin == *scope,
        // A person's own is used where an action asks for it, or a call names it.
        None => *scope != CredentialScope::User,
    });
    let mut rungs = vec![("rung-named", Vec::new())];
    for (rung, scope) in looked {
        let list = ListCredentials {
            key: Some(&definition.key),
            scope: Some(scope),
            limit: RUNGS,
            ..ListCredentials::default()
        };
        let found = shared.app.credentials_page(member.who(), &list).await?;
        let own = member.web.user.id.as_str();
        let defaults = found.credentials.into_iter().filter(|view| view.default);
        let names = defaults.filter_map(|view| match view.place {
            Place::Organization => Some(view.name),
            Place::Project { project } => Some(format!("{} ({project})", view.name)),
            Place::User { user } => (user == own).then_some(view.name),
        });
        rungs.push((rung, names.collect()));
    }
    Ok(rungs)
}

fn option(key: &str, (value, place): (String, Place)) -> PlaceOption {
    PlaceOption {
        connect: places::connect(key, &place),
        value,
        scope: place.scope().as_str().to_owned(),
        name: match place {
            Place::Project { project } => project,
            Place::Organization | Place::User { .. } => String::new(),
        },
    }
}
