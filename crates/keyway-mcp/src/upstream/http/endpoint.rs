use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use keyway_core::ports::{
    Destination, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};

use crate::upstream::auth::HeaderProblem;
use crate::upstream::spec::Http;

/// `Keyway-Hops`: how many gateways a call has passed.
pub(super) const HOPS: HeaderName = HeaderName::from_static("keyway-hops");

/// The most redirects that are followed; credentials never leave the origin.
const REDIRECTS: u8 = 3;

/// One address requests go to, with the headers they all carry.
#[derive(Clone)]
pub(in crate::upstream) struct Endpoint {
    http: Arc<dyn HttpSend>,
    pub(super) url: String,
    destination: Destination,
    headers: HeaderMap,
    connect: Duration,
}

impl Endpoint {
    /// The endpoint of a specification.
    pub(in crate::upstream) fn new(
        http: Arc<dyn HttpSend>,
        spec: &Http,
        connect: Duration,
    ) -> Result<Self, HeaderProblem> {
        let mut headers = HeaderMap::new();
        for (name, value) in spec.all_headers()? {
            headers.insert(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        );
        headers.insert(HOPS, HeaderValue::from_static("1"));
        Ok(Self {
            http,
            url: spec.url.clone(),
            destination: spec.destination,
            headers,
            connect,
        })
    }

    /// The same with another address.
    pub(super) fn at(&self, url: String) -> Self {
        Self {
            url,
            ..self.clone()
        }
    }

    /// What every request carries.
    pub(in crate::upstream) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Posts a message.
    pub(in crate::upstream) async fn post(
        &self,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<HttpResponse, HttpError> {
        self.send(Method::POST, headers, body).await
    }

    /// Opens an event stream.
    pub(super) async fn get(&self, mut headers: HeaderMap) -> Result<HttpResponse, HttpError> {
        headers.remove(CONTENT_TYPE);
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        self.send(Method::GET, headers, Bytes::new()).await
    }

    /// Ends an MCP session.
    pub(super) async fn delete(&self, headers: HeaderMap) -> Result<HttpResponse, HttpError> {
        self.send(Method::DELETE, headers, Bytes::new()).await
    }

    async fn send(
        &self,
        method: Method,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<HttpResponse, HttpError> {
        let request = HttpRequest {
            method,
            url: self.url.clone(),
            headers,
            body,
            destination: self.destination,
            redirects: Redirects::Follow(REDIRECTS),
            limits: Limits {
                connect: self.connect,
                // Whoever waits for the answer bounds the wait, and whoever reads it its size.
                head: None,
                body_bytes: None,
            },
        };
        self.http.send(request).await
    }
}
