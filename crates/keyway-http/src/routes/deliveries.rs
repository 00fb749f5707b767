//! `/v1/deliveries`

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use keyway_app::inbox::ListDeliveries;
use keyway_core::DeliveryId;

use super::input::bad_query;
use super::{Asker, Id, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What can be asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    publication: Option<String>,
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/deliveries`
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|_| bad_query())?;
    let list = ListDeliveries {
        publication: wanted.publication.as_deref(),
        state: wanted.state.as_deref(),
        cursor: wanted.cursor.as_deref(),
        limit: wanted.limit,
    };
    answer::ok(&shared.app.deliveries().list(&asker.who, &list).await?)
}

/// `GET /v1/deliveries/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<DeliveryId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.deliveries().show(&asker.who, &id).await?)
}

/// `GET /v1/deliveries/{id}/why`
pub(crate) async fn why(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<DeliveryId>,
) -> Result<Response, Refusal> {
    answer::ok(&shared.app.deliveries().why(&asker.who, &id).await?)
}

/// `POST /v1/deliveries/{id}/replay`: the answer is the delivery that repeats it.
pub(crate) async fn replay(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Id(id): Id<DeliveryId>,
) -> Result<Response, Refusal> {
    answer::made(&shared.app.deliveries().replay(&asker.who, &id).await?)
}
