use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path};
use http::Request;
use http::request::Parts;
use keyway_core::json as bounds;
use keyway_core::{Error, Kind, Role};
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::{body, media};

/// A JSON object in the body, as a type that names every field it takes.
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(
        request: Request<axum::body::Body>,
        shared: &Arc<Shared>,
    ) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        media::is_json(&head.headers)?;
        let text = body::read(body, &shared.settings.limits).await?;
        bounds::check(&text, shared.settings.json)
            .map_err(|found| Error::new(Kind::TooLarge, "json_too_large", found.to_string()))?;
        serde_json::from_slice::<serde::de::IgnoredAny>(&text).map_err(|_| {
            Error::new(
                Kind::Malformed,
                "malformed_json",
                "the body is not valid JSON",
            )
        })?;
        // Out of the text itself: a field that is there twice is refused.
        serde_json::from_slice(&text)
            .map(Self)
            // What serde says may repeat what was sent.
            .map_err(|_| Error::invalid_at("", "the fields that /v1/openapi.json describes").into())
    }
}

/// An id in the path. One that is none of its kind is nobody's.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: std::str::FromStr> FromRequestParts<Arc<Shared>> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let text = Path::<String>::from_request_parts(parts, shared).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| {
            Error::new(Kind::NotFound, "not_found", "there is nothing with this id").into()
        })
    }
}

/// The refusal of a query with a parameter that is not known, or not of its type.
pub(super) fn bad_query() -> Error {
    Error::new(
        Kind::Malformed,
        "malformed_query",
        "the query has a parameter that is not known here, or not of its type",
    )
    .with_hint("/v1/openapi.json lists the parameters")
}

/// A role, as it is written under `/role`.
pub(crate) fn role(text: &str) -> Result<Role, Error> {
    text.parse()
        .map_err(|error: keyway_core::UnknownRole| Error::invalid_at("/role", error.to_string()))
}
