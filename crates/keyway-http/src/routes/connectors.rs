//! `/v1/connectors`

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, StatusCode};
use keyway_app::connectors::ConnectorView;
use keyway_core::{Error, Kind, Secret};
use serde_json::json;

use super::connector_input::{New, Patch};
use super::{Asker, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Deserialize)]
pub(crate) struct Of {
    cursor: Option<String>,
    limit: Option<u32>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    value: Secret<String>,
    #[serde(default)]
    header: Option<String>,
}

type Name = Result<Path<String>, axum::extract::rejection::PathRejection>;

/// `GET /v1/connectors?cursor=…&limit=…`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    of: Result<Query<Of>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(of) = of.map_err(|_| super::input::bad_query())?;
    let connectors = shared.app.connectors();
    let page = connectors.list(&asker.who, of.cursor.as_deref(), of.limit);
    answer::ok(&page.await?)
}

/// `POST /v1/connectors`
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let made = connectors.create(&asker.who, &new.draft()?).await?;
    Ok((StatusCode::CREATED, tagged(&made)?).into_response())
}

/// `GET /v1/connectors/{id}`: by id or by key.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    tagged(&connectors.get(&asker.who, &named(name)?).await?)
}

/// `PATCH /v1/connectors/{id}`: with the revision that was read in `If-Match`, or in the body.
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
    headers: HeaderMap,
    Input(patch): Input<Patch>,
) -> Result<Response, Refusal> {
    let revision = revision(&headers, patch.revision)?;
    let (name, connectors) = (named(name)?, shared.app.connectors());
    let changed = connectors.change(&asker.who, &name, revision, patch.patch()?);
    tagged(&changed.await?)
}

/// `DELETE /v1/connectors/{id}`
pub(crate) async fn remove(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    connectors.remove(&asker.who, &named(name)?).await?;
    Ok(answer::done())
}

/// `POST /v1/connectors/-/test`: tries a server out that is not connected yet.
pub(crate) async fn test_new(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(new): Input<New>,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    answer::ok(&connectors.probe_draft(&asker.who, &new.draft()?).await?)
}

/// `POST /v1/connectors/{id}/test`: tries it out as it is, or with what the body would change.
pub(crate) async fn test(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
    Input(patch): Input<Patch>,
) -> Result<Response, Refusal> {
    let (name, connectors) = (named(name)?, shared.app.connectors());
    let probed = connectors.probe(&asker.who, &name, patch.patch()?);
    answer::ok(&probed.await?)
}

/// `POST /v1/connectors/{id}/refresh`: connects anew.
pub(crate) async fn refresh(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    tagged(&connectors.refresh(&asker.who, &named(name)?).await?)
}

/// `POST /v1/connectors/{id}/connect`: where somebody agrees, or tokens right away where nobody has to.
pub(crate) async fn connect(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let (view, url) = connectors.connect(&asker.who, &named(name)?).await?;
    answer::ok(&json!({ "connector": view, "connectUrl": url }))
}

/// `POST /v1/connectors/{id}/rotate`: replaces its access token.
pub(crate) async fn rotate(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    name: Name,
    Input(rotation): Input<Rotation>,
) -> Result<Response, Refusal> {
    let connectors = shared.app.connectors();
    let (name, header) = (named(name)?, rotation.header.as_deref());
    let rotated = connectors.rotate(&asker.who, &name, header, &rotation.value);
    tagged(&rotated.await?)
}

/// The connector, with its revision as the entity tag.
fn tagged(view: &ConnectorView) -> Result<Response, Refusal> {
    let tag = format!("\"{}\"", view.revision);
    Ok(([(ETAG, tag)], answer::ok(view)?).into_response())
}

fn named(name: Name) -> Result<String, Error> {
    name.map(|Path(name)| name).map_err(|_| {
        Error::new(
            Kind::NotFound,
            "connector_not_found",
            "there is no such connector",
        )
    })
}

/// The revision that was read: a change of anything else would undo somebody's.
fn revision(headers: &HeaderMap, body: Option<i64>) -> Result<i64, Error> {
    let header = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let header = header.map(|value| value.trim().trim_matches('"').parse::<i64>());
    match (header, body) {
        (Some(Ok(revision)), _) | (None, Some(revision)) => Ok(revision),
        (Some(Err(_)), _) => Err(Error::new(
            Kind::Conflict,
            "connector_changed",
            "the connector has no such revision",
        )
        .with_hint("send the revision that was read, as in `If-Match: \"3\"`")),
        (None, None) => Err(Error::invalid_at(
            "/revision",
            "the revision that was read, here or in `If-Match`",
        )),
    }
}
