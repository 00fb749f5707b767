use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};

use super::{BoxFuture, Hosts};

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

/// An outgoing HTTP request. Its `Debug` shows where it goes and the names of its headers: values,
/// the query and the body are as secret as what they carry.
#[derive(Clone)]
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
    /// The only hosts it may go to, after every redirect too; `None` when anything may that the
    /// address guard allows. One that is named only by a `*.` is nobody's choice of an address, and is
    /// [`Destination::Guarded`] whatever `destination` says.
    pub hosts: Option<Hosts>,
    /// How often it is sent again when the other side is not reached or answers 429, 502, 503 or 504,
    /// after the time its `Retry-After` asks for. Only for what may be done twice (RFC 9110, section
    /// 9.2.2).
    pub retries: u8,
    /// Limits of the exchange.
    pub limits: Limits,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &bare(&self.url))
            .field("headers", &names(&self.headers))
            .field("body_bytes", &self.body.len())
            .field("destination", &self.destination)
            .field("redirects", &self.redirects)
            .field("hosts", &self.hosts)
            .field("retries", &self.retries)
            .field("limits", &self.limits)
            .finish()
    }
}

/// The head of an answer, and its body still to be read. Its `Debug` shows the names of the headers
/// only: they may bring cookies, tokens in a redirect, sessions.
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &names(&self.headers))
            .finish_non_exhaustive()
    }
}

/// A URL without user name, password, query and fragment. The path of a socket stands before the
/// fragment.
fn bare(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.keys().map(http::HeaderName::as_str).collect()
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

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn no_secret_of_an_exchange_is_printed() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer canary"));
        headers.insert("x-api-key", HeaderValue::from_static("canary"));
        for (url, shown) in [
            (
                "https://user:canary@a.example/p?key=canary#canary",
                "https://a.example/p",
            ),
            ("https://canary@b@a.example", "https://a.example"),
            ("unix:/run/a.sock#/canary", "unix:/run/a.sock"),
            ("no address?canary", "no address"),
        ] {
            let request = HttpRequest {
                method: Method::POST,
                url: url.to_owned(),
                headers: headers.clone(),
                body: Bytes::from("refresh_token=canary"),
                destination: Destination::Guarded,
                redirects: Redirects::Return,
                hosts: None,
                retries: 0,
                limits: Limits {
                    connect: Duration::from_secs(1),
                    head: None,
                    body_bytes: None,
                },
            };
            for told in [format!("{request:?}"), format!("{request:#?}")] {
                assert!(!told.contains("canary"), "{told}");
                assert!(told.contains(&format!("{shown:?}")), "{told}");
                assert!(
                    told.contains("authorization") && told.contains("x-api-key"),
                    "{told}"
                );
            }
        }
        let response = HttpResponse {
            status: StatusCode::FOUND,
            headers,
            body: Body::new(futures_util::stream::empty()),
        };
        let told = format!("{response:?}");
        assert!(told.contains("302") && told.contains("x-api-key"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}
