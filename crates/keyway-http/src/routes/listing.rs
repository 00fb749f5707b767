use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::response::Response;
use http::request::Parts;
use keyway_app::{Listed, Part};
use keyway_core::Error;
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer;
use super::input::bad_query;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Which part of a list is asked for: `search`, `cursor`, `limit`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl Listing {
    /// The part, as use-cases take it.
    pub(crate) fn part(&self) -> Part<'_> {
        Part {
            search: self.search.as_deref(),
            cursor: self.cursor.as_deref(),
            limit: self.limit,
        }
    }
}

impl FromRequestParts<Arc<Shared>> for Listing {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let query = Query::<Self>::from_request_parts(parts, shared).await;
        Ok(query
            .map(|Query(listing)| listing)
            .map_err(|_| bad_query())?)
    }
}

/// 200, with a part of a list under `name`, and where to go on.
pub(crate) fn listed<T: Serialize>(name: &str, part: &Listed<T>) -> Result<Response, Refusal> {
    let rows = serde_json::to_value(&part.rows).map_err(Error::internal)?;
    let mut body = Map::new();
    body.insert(name.to_owned(), rows);
    let next = part.next_cursor.clone().map_or(Value::Null, Value::String);
    body.insert("nextCursor".to_owned(), next);
    answer::ok(&Value::Object(body))
}
