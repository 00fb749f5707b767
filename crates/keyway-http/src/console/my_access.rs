//! What one let in oneself: one's own API keys, and what applications may do in one's name.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::oauth::{GrantView, GrantsWanted};
use keyway_app::{ApiKeyState, ApiKeyView};
use keyway_core::{Actor, ApiKeyId, Error, GrantId, Kind};
use keyway_pages::console_context::{Confirm, Filled, Issued, MyAccess, NewKey, OwnKey};

use super::api_keys::new::{issue, issued, wrong};
use super::external;
use super::member::Member;
use super::routes::Route;
use super::rows::{grant_line, key_line};
use super::show::{ROWS, done};
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::routes::Id;
use crate::shared::Shared;

const PATH: &str = "/console/me/access";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member(PATH).nav("my-access").get(show),
        Route::member("/console/me/access/new")
            .get(show_new)
            .post(make),
        Route::member("/console/me/access/keys/{id}/revoke")
            .get(ask_key)
            .post(revoke_key),
        Route::member("/console/me/access/grants/{id}/revoke")
            .get(ask_grant)
            .post(revoke_grant),
        Route::member("/console/me/access/people/{id}/end")
            .get(external::ask_end)
            .post(external::end),
        Route::member("/console/me/access/link/{token}")
            .get(external::show)
            .post(external::confirm),
    ]
}

/// `GET /console/me/access`: `cursor` goes on with the keys, `grants` with the applications.
async fn show(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let own = own(&member);
    let keys = shared.app.api_keys();
    let part = member.part();
    let keys = keys.list_part(member.who(), Some(&own), &part).await?;
    let after = member.params.some("grants").map(str::parse::<GrantId>);
    let wanted = GrantsWanted {
        owner: Some(own),
        after: after.transpose().map_err(|_| no_grant())?,
        limit: Some(ROWS),
        ..GrantsWanted::default()
    };
    let grants = shared.app.oauth().grants(member.who(), &wanted).await?;
    let more = |id: &GrantId| member.params.href(PATH, &[], &[("grants", id.as_str())]);
    let people = shared.app.external_people().own(member.who()).await?;
    let page = MyAccess {
        people: external::lines(&shared, people),
        pager: member.pager(&[], keys.next_cursor.as_deref()),
        more_grants: grants.next.as_ref().map(more),
        keys: keys
            .rows
            .into_iter()
            .map(|key| {
                let revoke = format!("{PATH}/keys/{}/revoke", key.id);
                OwnKey {
                    revoke: (key.state != ApiKeyState::Revoked).then_some(revoke),
                    key: key_line(&shared, key),
                }
            })
            .collect(),
        grants: grants
            .grants
            .into_iter()
            .map(|grant| {
                let revoke = format!("{PATH}/grants/{}/revoke", grant.id);
                let mut line = grant_line(&shared, grant);
                line.revoke = line.revoke.map(|_| revoke);
                line
            })
            .collect(),
    };
    member.show(&shared, &page).await
}

/// `GET /console/me/access/new`
async fn show_new(State(shared): State<Arc<Shared>>, member: Member) -> Result<Response, Refusal> {
    let form = Filled::new().with("reach", "mcp").with("life", "90");
    member.show(&shared, &new(form)).await
}

/// `POST /console/me/access/new`: shows the key, this once.
async fn make(
    State(shared): State<Arc<Shared>>,
    member: Member,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    match make_own(&shared, &member, &form).await {
        Ok(page) => member.show(&shared, &page).await,
        Err(error) => {
            let (status, filled) = wrong(error, &form)?;
            member.show_as(&shared, &new(filled), status).await
        }
    }
}

async fn make_own(shared: &Shared, member: &Member, form: &PageForm) -> Result<Issued, Error> {
    if !form.get("owner").is_empty() {
        return Err(Error::invalid_at("/owner", "yourself, who is not named"));
    }
    let made = issue(shared, member, form).await?;
    Ok(Issued {
        on: PATH.to_owned(),
        ..issued("key-made", made)
    })
}

/// `GET /console/me/access/keys/{id}/revoke`
async fn ask_key(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<ApiKeyId>,
) -> Result<Response, Refusal> {
    let key = own_key(&shared, &member, &id).await?;
    let action = format!("{PATH}/keys/{id}/revoke");
    let page = Confirm::danger("key-revoke", &key.name, &action, PATH);
    member.show(&shared, &page).await
}

/// `POST /console/me/access/keys/{id}/revoke`
async fn revoke_key(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<ApiKeyId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    own_key(&shared, &member, &id).await?;
    shared.app.api_keys().revoke(member.who(), &id).await?;
    Ok(done(PATH, "key-revoked"))
}

/// `GET /console/me/access/grants/{id}/revoke`
async fn ask_grant(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<GrantId>,
) -> Result<Response, Refusal> {
    let grant = own_grant(&shared, &member, &id).await?;
    let action = format!("{PATH}/grants/{id}/revoke");
    let page = Confirm::danger("grant-revoke", &grant.client_name, &action, PATH);
    member.show(&shared, &page).await
}

/// `POST /console/me/access/grants/{id}/revoke`
async fn revoke_grant(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Id(id): Id<GrantId>,
    _: VisitorForm,
) -> Result<Response, Refusal> {
    own_grant(&shared, &member, &id).await?;
    shared.app.oauth().revoke_grant(member.who(), &id).await?;
    Ok(done(PATH, "grant-revoked"))
}

fn own(member: &Member) -> Actor {
    Actor::User(member.web.user.id.clone())
}

fn new(form: Filled) -> NewKey {
    NewKey {
        form,
        owners: Vec::new(),
        on: PATH,
    }
}

/// A key of who looks; anybody else's is not there, whoever looks.
async fn own_key(shared: &Shared, member: &Member, id: &ApiKeyId) -> Result<ApiKeyView, Error> {
    let key = shared.app.api_keys().get(member.who(), id).await?;
    let own = key.owner == member.web.user.id.as_str();
    own.then_some(key).ok_or_else(|| {
        let message = "there is no such API key of yours";
        Error::new(Kind::NotFound, "api_key_not_found", message)
    })
}

async fn own_grant(shared: &Shared, member: &Member, id: &GrantId) -> Result<GrantView, Error> {
    let grant = shared.app.oauth().grant(member.who(), id).await?;
    let own = grant.owner == member.web.user.id.as_str();
    own.then_some(grant).ok_or_else(no_grant)
}

fn no_grant() -> Error {
    let message = "that application has no access any more";
    Error::new(Kind::NotFound, "grant_not_found", message)
}
