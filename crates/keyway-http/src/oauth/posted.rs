use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Request, StatusCode};
use keyway_app::limits::Limit;
use keyway_app::oauth::Posted;
use keyway_core::{Arrival, Error};

use super::asked::AskedServer;
use crate::refusal::Refusal;
use crate::settings::RequestLimits;
use crate::shared::Shared;
use crate::{body, media};

/// The most bytes a client may post here.
const MAX_BYTES: usize = 64 << 10;

/// What a client posted, read within its bounds.
pub(crate) struct Read {
    headers: HeaderMap,
    body: Bytes,
}

impl Read {
    /// Counts the request against a limit by address, and reads it.
    pub(crate) async fn of(
        shared: &Shared,
        asked: &AskedServer,
        limit: Limit,
        request: Request<axum::body::Body>,
    ) -> Result<Self, Refusal> {
        count(shared, asked, limit)?;
        let (head, body) = request.into_parts();
        media::is_plain(&head.headers)?;
        let limits = RequestLimits {
            body_bytes: shared.settings.limits.body_bytes.min(MAX_BYTES),
            ..shared.settings.limits
        };
        let body = body::read(body, &limits).await?;
        for name in [&CONTENT_TYPE, &AUTHORIZATION] {
            if head.headers.get_all(name).iter().count() > 1 {
                return Err(Refusal::new(
                    StatusCode::BAD_REQUEST,
                    "header_repeated",
                    "a header is there more than once",
                ));
            }
        }
        Ok(Self {
            headers: head.headers,
            body,
        })
    }

    /// The form.
    pub(crate) fn posted(&self, arrival: Arrival) -> Posted<'_> {
        Posted {
            content_type: self.header(&CONTENT_TYPE),
            authorization: self.header(&AUTHORIZATION),
            body: &self.body,
            arrival,
        }
    }

    /// The body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// True for a body that is declared as JSON, in whatever character set it says.
    pub(crate) fn is_json(&self) -> bool {
        media::is_json(&self.headers).is_ok()
    }

    /// A value that is no text is none that means anything here.
    fn header(&self, name: &HeaderName) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().unwrap_or("?"))
    }
}

/// Counts a request against a limit by address.
pub(crate) fn count(shared: &Shared, asked: &AskedServer, limit: Limit) -> Result<(), Refusal> {
    let counted = shared
        .app
        .limits()
        .from_address(limit, asked.asked.address.client);
    counted
        .map(drop)
        .map_err(|exceeded| Error::from(exceeded).into())
}
