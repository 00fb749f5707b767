use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};

use super::BoxFuture;

/// Who chose the address of an outgoing request; it decides what the address guard allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The operator wrote it in a file of their own: private addresses are allowed.
    Operator,
    /// Anyone else: only public addresses, unless `egress.allow` names them.
    Guarded,
}

/// What happens to a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// The 3xx answer is returned as it is.
    Return,
    /// Followed up to this many times; each hop is guarded anew and loses every header given in
    /// the request when its origin differs.
    Follow(u8),
}

/// How long and how large an exchange may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the response head is there. `None` waits as long as the caller does.
    pub head: Option<Duration>,
    /// The most bytes a response body may have. `None` for event streams, which their reader bounds.
    pub body_bytes: Option<u64>,
}

/// An outgoing HTTP request.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// `http:`, `https:` or `unix:` (`unix:/run/some.sock#/path`).
    pub url: String,
    /// Headers as they go out. Values that are secret are marked sensitive.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// Who chose the URL.
    pub destination: Destination,
    /// What happens to a redirect.
    pub redirects: Redirects,
    /// Limits of the exchange.
    pub limits: Limits,
}

/// The head of an answer, and its body still to be read.
#[derive(Debug)]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// A response body: a stream of chunks. Dropping it closes the exchange.
///
/// ```
/// use bytes::Bytes;
/// use futures_util::stream;
/// use keyway_core::ports::{Body, HttpError};
///
/// let chunks = || stream::iter([Ok(Bytes::from("ab")), Ok(Bytes::from("c"))]);
/// let whole = futures_util::FutureExt::now_or_never(Body::new(chunks()).collect(3)).unwrap();
/// assert_eq!(whole.unwrap(), "abc");
/// let too_large = futures_util::FutureExt::now_or_never(Body::new(chunks()).collect(2)).unwrap();
/// assert!(matches!(too_large, Err(HttpError::TooLarge)));
/// ```
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, HttpError>> + Send>>);

impl Body {
    /// A body from a stream of chunks.
    pub fn new(chunks: impl Stream<Item = Result<Bytes, HttpError>> + Send + 'static) -> Self {
        Self(Box::pin(chunks))
    }

    /// The next chunk, or `None` at the end.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, HttpError>> {
        self.0.next().await
    }

    /// The whole body; fails once it is longer than `limit` bytes.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, HttpError> {
        let Some(first) = self.chunk().await else {
            return Ok(Bytes::new());
        };
        let first = first?;
        if first.len() > limit {
            return Err(HttpError::TooLarge);
        }
        let Some(second) = self.chunk().await else {
            return Ok(first);
        };
        let mut whole = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(chunk) = next {
            let chunk = chunk?;
            if whole.len() + chunk.len() > limit {
                return Err(HttpError::TooLarge);
            }
            whole.extend_from_slice(&chunk);
            next = self.chunk().await;
        }
        Ok(whole.freeze())
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}

/// Why an exchange failed. The texts hold no header, no query and no body.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// The URL is not one a request can go to.
    #[error("the address is not usable: {0}")]
    BadUrl(String),
    /// The address guard refused the address.
    #[error("the address {0} is not allowed")]
    Refused(String),
    /// No connection could be made.
    #[error("could not connect: {0}")]
    Connect(String),
    /// The connection broke, or what came was not HTTP.
    #[error("the exchange broke: {0}")]
    Broken(String),
    /// A time limit passed.
    #[error("no answer in time")]
    Timeout,
    /// The body is larger than allowed.
    #[error("the answer is larger than allowed")]
    TooLarge,
    /// More redirects than allowed.
    #[error("too many redirects")]
    TooManyRedirects,
}

/// Sends HTTP requests out. The one implementation for production is `keyway-egress`.
pub trait HttpSend: Send + Sync {
    /// Sends the request and returns once the response head is there. Dropping the future, or the
    /// body, ends the exchange.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>>;
}
