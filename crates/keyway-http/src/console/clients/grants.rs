use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::oauth::{GrantsWanted, RevokeGrants};
use keyway_core::{ClientId, Error, GrantId, Kind};
use keyway_pages::console_context::{Confirm, Grants};

use crate::console::member::Admin;
use crate::console::rows::grant_line;
use crate::console::show::{ROWS, done};
use crate::pages::VisitorForm;
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

const HERE: &str = "/console/clients/grants";

/// `GET /console/clients/grants`: of one client with `client`, of one person or service account with
/// `owner`, also those that are over with `state=any`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let params = &admin.params;
    let client = params.some("client").map(str::parse::<ClientId>);
    let client = client.transpose().map_err(|_| nothing())?;
    let owner = params.some("owner");
    let actor = admin.actor("owner");
    if owner.is_some() && actor.is_none() {
        return Err(nothing().into());
    }
    let after = params.some("cursor").map(str::parse::<GrantId>);
    let any = params.get("state") == "any";
    let wanted = GrantsWanted {
        client: client.clone(),
        owner: actor,
        ended: any,
        search: params.some("q").map(str::to_owned),
        after: after.transpose().map_err(|_| nothing())?,
        limit: Some(ROWS),
    };
    let oauth = shared.app.oauth();
    let listed = oauth.grants(admin.who(), &wanted).await?;
    let client = match client {
        Some(client) => Some(oauth.client_of(admin.who(), &client).await?.name),
        None => None,
    };
    let next = listed.next.as_ref().map(GrantId::as_str);
    let page = Grants {
        query: params.get("q").to_owned(),
        state: if any { "any" } else { "active" },
        client,
        owner: owner.map(str::to_owned),
        pager: admin.pager(&["q", "state", "client", "owner"], next),
        grants: listed
            .grants
            .into_iter()
            .map(|grant| grant_line(&shared, grant))
            .collect(),
    };
    admin.show(&shared, &page).await
}

/// `GET /console/clients/grants/{id}/revoke`
pub(super) async fn ask_revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<GrantId>,
) -> Result<Response, Refusal> {
    let grant = shared.app.oauth().grant(admin.who(), &id).await?;
    let name = format!("{} ({})", grant.client_name, grant.owner_name);
    let action = format!("{HERE}/{id}/revoke");
    let page = Confirm::danger("grant-revoke", &name, &action, HERE);
    admin.show(&shared, &page).await
}

/// `POST /console/clients/grants/{id}/revoke`
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    Id(id): Id<GrantId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    shared.app.oauth().revoke_grant(admin.who(), &id).await?;
    Ok(done(HERE, "grant-revoked"))
}

/// `GET /console/clients/grants/revoke`
pub(super) async fn ask_revoke_all(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let people = shared.app.people();
    let here = people.organization(admin.who()).await?;
    let action = format!("{HERE}/revoke");
    let page = Confirm::danger("grants-revoke", &here.name, &action, HERE);
    admin.show(&shared, &page).await
}

/// `POST /console/clients/grants/revoke`: ends all grants of the organization.
pub(super) async fn revoke_all(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    let oauth = shared.app.oauth();
    oauth.revoke_grants(admin.who(), &RevokeGrants::All).await?;
    Ok(done(HERE, "grants-revoked"))
}

fn nothing() -> Error {
    Error::new(
        Kind::NotFound,
        "not_found",
        "there is nothing at this address",
    )
}
