use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use keyway_app::oauth::{GrantView, GrantsWanted};
use keyway_core::{Error, GrantId, Kind, Scopes};
use keyway_pages::Application;

use super::{agent, page::done};
use crate::pages::{Visitor, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The applications that act for someone, in the organization they are at.
pub(super) async fn of(shared: &Shared, visitor: &Visitor) -> Result<Vec<Application>, Error> {
    let who = &visitor.web.principal;
    let wanted = GrantsWanted {
        owner: who.actor(),
        ..GrantsWanted::default()
    };
    let now = shared.clock.now();
    let page = shared.app.oauth().grants(who, &wanted).await?;
    let shown = |grant: GrantView| Application {
        host: host(grant.client.as_str()),
        grant: grant.id.to_string(),
        name: grant.client_name,
        scopes: words(&grant.scopes),
        since: agent::ago(grant.created_at, now),
        used: grant.last_used_at.map(|at| agent::ago(at, now)),
    };
    Ok(page.grants.into_iter().map(shown).collect())
}

/// `POST /account/applications`: ends what one application was let do.
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

/// The host that vouches for a client that is known by an address.
fn host(client: &str) -> Option<String> {
    let url = url::Url::parse(client).ok()?;
    url.host_str().map(str::to_owned)
}

/// Scopes in words.
fn words(scopes: &str) -> Vec<String> {
    let scopes: Scopes = scopes.parse().unwrap_or_default();
    scopes.iter().map(keyway_core::scopes::Scope::describe).collect()
}
