use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_app::oauth::GrantsWanted;
use keyway_core::scopes::Scope;
use keyway_core::{Actor, ClientId, Error, GrantId, Kind};
use keyway_pages::Application;

use super::agent::ago;
use super::page::done;
use crate::pages::{Visitor, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The applications that act for someone in the organization they are in.
pub(super) async fn of(shared: &Shared, visitor: &Visitor) -> Result<Vec<Application>, Error> {
    let wanted = GrantsWanted {
        owner: Some(Actor::User(visitor.web.user.id.clone())),
        ..GrantsWanted::default()
    };
    let who = &visitor.web.principal;
    let found = shared.app.oauth().grants(who, &wanted).await?;
    let now = shared.clock.now();
    let applications = found.grants.into_iter().map(|grant| Application {
        grant: grant.id.to_string(),
        name: grant.client_name,
        host: host(&grant.client),
        scopes: grant.scopes.split(' ').filter_map(describe).collect(),
        since: ago(grant.created_at, now),
        used: grant.last_used_at.map(|used| ago(used, now)),
    });
    Ok(applications.collect())
}

/// `POST /account/applications`: ends what an application may do.
pub(in crate::pages) async fn end(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let grant: GrantId = form.get("grant").parse().map_err(|_| {
        Error::new(
            Kind::NotFound,
            "grant_not_found",
            "that application has no access any more",
        )
    })?;
    let who = &visitor.web.principal;
    shared.app.oauth().revoke_grant(who, &grant).await?;
    Ok(done("application").into_response())
}

/// The host that vouches for a client, where its id is an address.
fn host(client: &ClientId) -> Option<String> {
    let address = url::Url::parse(client.as_str()).ok()?;
    address.host_str().map(str::to_owned)
}

fn describe(scope: &str) -> Option<String> {
    scope.parse::<Scope>().ok().map(|scope| scope.describe())
}
