//! `/v1/oauth/grants`

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::oauth::{GrantsWanted, RevokeGrants};
use keyway_core::{Actor, Error, GrantId, Kind};
use serde_json::json;

use super::{Asker, Id, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    client: Option<String>,
    owner: Option<String>,
    state: Option<Shown>,
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Which grants are listed.
#[derive(serde::Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Shown {
    Active,
    Any,
}

/// Which grants are ended at once: those of a client, or those someone gave, or all.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    client: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    all: bool,
}

/// `GET /v1/oauth/grants`: those of the organization; for who does not administer it, their own.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(query) = query.map_err(|_| {
        Error::new(
            Kind::Malformed,
            "malformed_query",
            "the query has a parameter that is not known here, or not of its type",
        )
        .with_hint("/v1/openapi.json lists the parameters")
    })?;
    let wanted = GrantsWanted {
        client: read("/client", query.client.as_deref())?,
        owner: query.owner.as_deref().map(owner).transpose()?,
        ended: query.state == Some(Shown::Any),
        search: query.search,
        after: read("/cursor", query.cursor.as_deref())?,
        limit: query.limit,
    };
    answer::ok(&shared.app.oauth().grants(&asker.who, &wanted).await?)
}

/// `DELETE /v1/oauth/grants/{id}`
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<GrantId>,
) -> Result<Response, Refusal> {
    shared.app.oauth().revoke_grant(&asker.who, &id).await?;
    Ok(answer::done())
}

/// `POST /v1/oauth/grants/revoke`
pub(crate) async fn revoke_many(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(which): Input<Which>,
) -> Result<Response, Refusal> {
    let client = read("/client", which.client.as_deref())?;
    let owner = which.owner.as_deref().map(owner).transpose()?;
    let which = match (client, owner, which.all) {
        (Some(client), None, false) => RevokeGrants::Client(client),
        (None, Some(owner), false) => RevokeGrants::Owner(owner),
        (None, None, true) => RevokeGrants::All,
        _ => return Err(Error::invalid_at("", "one of `client`, `owner` and `all`").into()),
    };
    let revoked = shared.app.oauth().revoke_grants(&asker.who, &which).await?;
    answer::ok(&json!({ "revoked": revoked }))
}

fn read<T: FromStr<Err: std::fmt::Display>>(
    pointer: &str,
    text: Option<&str>,
) -> Result<Option<T>, Error> {
    let read = text.map(str::parse).transpose();
    read.map_err(|error: T::Err| Error::invalid_at(pointer, error.to_string()))
}

/// A person or a service account.
fn owner(text: &str) -> Result<Actor, Error> {
    let wrong = || Error::invalid_at("/owner", "the id of a user or of a service account");
    if text.starts_with("svc_") {
        return Ok(Actor::ServiceAccount(text.parse().map_err(|_| wrong())?));
    }
    Ok(Actor::User(text.parse().map_err(|_| wrong())?))
}
