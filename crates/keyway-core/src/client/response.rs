use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::error::{not_json, refused, unreached};
use crate::Error;
use crate::ports::{Body, HttpResponse};

/// An answer whose body is still to be read.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    limit: usize,
}

impl Response {
    pub(super) fn new(answer: HttpResponse, limit: u64) -> Self {
        Self {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// A header as text; the first one where there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Itself when the status is 2xx.
    ///
    /// # Errors
    ///
    /// What the status stands for, with nothing of the body: `upstream_unauthorized` (401, 403),
    /// `upstream_not_found`, `upstream_rate_limited`, `upstream_refused` (other 4xx),
    /// `upstream_failed` (5xx), `upstream_redirected` (3xx).
    pub fn ok(self) -> Result<Self, Error> {
        if self.status.is_success() {
            return Ok(self);
        }
        Err(refused(self.status, &self.headers))
    }

    /// The whole body.
    ///
    /// # Errors
    ///
    /// `upstream_unreachable` when it breaks off, `upstream_too_large`.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.body.collect(self.limit).await.map_err(unreached)
    }

    /// The whole body as text; what is not UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    ///
    /// As [`Response::bytes`].
    pub async fn text(self) -> Result<String, Error> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The body of a 2xx answer, read from JSON.
    ///
    /// # Errors
    ///
    /// As [`Response::ok`] and [`Response::bytes`]; `upstream_not_json` when it is something else.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let bytes = self.ok()?.bytes().await?;
        serde_json::from_slice(&bytes).map_err(|source| not_json(&source))
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
