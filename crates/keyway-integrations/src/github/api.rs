use http::Method;
use jiff::Timestamp;
use keyway_core::client::{HttpClient, Request, Response};
use keyway_core::provider::PublicationContext;
use keyway_core::{Error, Kind, Secret};
use serde_json::Value;

use super::error::refused;

/// The version of the REST API that is spoken ("API Versions" in GitHub's documentation).
const VERSION: &str = "2022-11-28";
/// What is asked for unless something else is said.
const JSON: &str = "application/vnd.github+json";
/// GitHub answers nobody who has no name.
const NAME: &str = concat!("keyway/", env!("CARGO_PKG_VERSION"));

/// GitHub's REST API, for whoever has a token: an installation's, or an app's JWT.
pub(super) struct Api<'a> {
    http: &'a HttpClient,
    base: &'a str,
    token: Option<&'a Secret<String>>,
    now: Timestamp,
}

impl<'a> Api<'a> {
    pub(super) fn new(
        http: &'a HttpClient,
        base: &'a str,
        token: Option<&'a Secret<String>>,
        now: Timestamp,
    ) -> Self {
        Self {
            http,
            base,
            token,
            now,
        }
    }

    /// What a publication speaks to.
    pub(super) fn of(context: &'a PublicationContext, base: &'a str) -> Self {
        Self::new(&context.http, base, Some(&context.token), context.now)
    }

    /// A request of a path. Nothing is redirected: a token goes where it was meant to, and what was moved is
    /// named anew.
    fn request(&self, method: Method, path: &str, accept: &str) -> Request {
        let request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .redirects(0)
            .header("accept", accept)
            .header("user-agent", NAME)
            .header("x-github-api-version", VERSION);
        match self.token {
            Some(token) => request.bearer(token),
            None => request,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Error> {
        self.query(path, &[]).await
    }

    pub(super) async fn query(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        let request = self.request(Method::GET, path, JSON);
        self.json(request.query(query.iter().copied())).await
    }

    /// A body in another media type.
    pub(super) async fn text(&self, path: &str, accept: &str) -> Result<String, Error> {
        let response = self.request(Method::GET, path, accept).send().await?;
        self.ok(response).await?.text().await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.send(Method::POST, path, body).await
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, Error> {
        self.json(self.request(method, path, JSON).json(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, Error> {
        self.json(self.request(Method::DELETE, path, JSON)).await
    }

    async fn json(&self, request: Request) -> Result<Value, Error> {
        let response = self.ok(request.send().await?).await?;
        if response.status().as_u16() == 204 {
            return Ok(Value::Null);
        }
        let bytes = response.bytes().await?;
        // Its text could repeat what was sent.
        serde_json::from_slice(&bytes).map_err(|_| unreadable())
    }

    async fn ok(&self, response: Response) -> Result<Response, Error> {
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_default();
        Err(refused(status, &headers, &body, self.now))
    }
}

/// An answer that is not what GitHub documents.
pub(super) fn unreadable() -> Error {
    Error::new(
        Kind::BadGateway,
        "vendor_failed",
        "GitHub answered with something that it does not document",
    )
}
