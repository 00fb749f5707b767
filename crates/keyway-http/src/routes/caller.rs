use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use keyway_core::{Principal, RequestId};

use crate::media;
use crate::refusal::Refusal;
use crate::shared::{Asked, Place, Shared};

/// Someone known is asking, and takes JSON. Every endpoint under `/v1` takes this first.
pub(crate) struct Asker {
    pub(crate) who: Principal,
    pub(crate) request: RequestId,
}

/// The same, where the answer may be something else than JSON.
pub(crate) struct AskerOfAny {
    pub(crate) who: Principal,
    pub(crate) request: RequestId,
}

impl FromRequestParts<Arc<Shared>> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let AskerOfAny { who, request } = AskerOfAny::from_request_parts(parts, shared).await?;
        media::accepts_json(&parts.headers)?;
        Ok(Self { who, request })
    }
}

impl FromRequestParts<Arc<Shared>> for AskerOfAny {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        let asked = parts.extensions.get::<Asked>().ok_or_else(|| {
            keyway_core::Error::internal("the front has not introduced the request")
        })?;
        let who = shared
            .authenticate(&parts.headers, &asked.address, Place::Api)
            .await?;
        let counted = shared.app.limits().from_principal(&who);
        asked.stands(counted.map_err(Refusal::too_often)?);
        Ok(Self {
            who,
            request: asked.request.clone(),
        })
    }
}

/// An answer in JSON.
pub(crate) fn json(text: impl Into<Bytes>) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.into()).into_response()
}
