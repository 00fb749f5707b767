use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use keyway_core::ports::{Body, BoxFuture, HttpError, HttpRequest, HttpResponse, HttpSend};
use parking_lot::Mutex;
use serde_json::Value;

use crate::difference::difference;

/// Statuses after which a request that may be sent again is.
const BUSY: [u16; 4] = [429, 502, 503, 504];

/// A request that is expected, and its answer.
///
/// ```
/// use keyway_testing::Expected;
/// use serde_json::json;
///
/// let busy = Expected::get("https://api.acme.example/me?full=true")
///     .header("authorization", "Bearer k-1")
///     .answers(429, json!({ "error": "busy" }))
///     .answer_header("retry-after", "1");
/// ```
#[derive(Debug, Clone)]
pub struct Expected {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Wanted,
    answer: Answered,
}

/// What the body is to be.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// Whatever it is.
    Anything,
    /// This, however it is written.
    Json(Value),
    /// Exactly this.
    Text(String),
}

#[derive(Debug, Clone)]
enum Answered {
    With(StatusCode, HeaderMap, Bytes),
    Not(HttpError),
}

impl Expected {
    /// A request by any method. The URL is compared as it is sent, with its query.
    pub fn request(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Wanted::Anything,
            answer: Answered::With(StatusCode::OK, HeaderMap::new(), Bytes::new()),
        }
    }

    /// A GET request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(url: impl Into<String>) -> Self {
        Self::request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::request(Method::DELETE, url)
    }

    /// It has this header, with this value. Headers that are not named are not looked at.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Its body is this JSON. A body that is not named is not looked at.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Wanted::Json(body);
        self
    }

    /// Its body is this text.
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Wanted::Text(body.into());
        self
    }

    /// It is answered with a status and JSON.
    ///
    /// # Panics
    ///
    /// When the status is none.
    #[track_caller]
    pub fn answers(self, status: u16, body: impl Into<Value>) -> Self {
        let answered = self.answers_text(status, body.into().to_string());
        answered.answer_header("content-type", "application/json")
    }

    /// It is answered with a status and text.
    ///
    /// # Panics
    ///
    /// When the status is none.
    #[track_caller]
    pub fn answers_text(mut self, status: u16, body: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).expect("a status is from 100 to 999");
        self.answer = Answered::With(status, HeaderMap::new(), Bytes::from(body.into()));
        self
    }

    /// The answer has this header too.
    ///
    /// # Panics
    ///
    /// When it is no header.
    #[track_caller]
    pub fn answer_header(mut self, name: &str, value: &str) -> Self {
        if let Answered::With(_, headers, _) = &mut self.answer {
            let name: HeaderName = name.parse().expect("the name of a header");
            let value: HeaderValue = value.parse().expect("the value of a header");
            headers.append(name, value);
        }
        self
    }

    /// It is not answered: the other side is not reached, or the exchange breaks.
    pub fn fails(mut self, error: HttpError) -> Self {
        self.answer = Answered::Not(error);
        self
    }
}

/// A request that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The URL, with its query.
    pub url: String,
    /// The body.
    pub body: Bytes,
}

/// Answers requests from a list, each once and in order. A request that differs from the one
/// expected ends the test and says in what, without the values of secrets. One to a host that no
/// credential of the call may be sent to is refused, as it is in earnest. Clones are the same list.
#[derive(Debug, Clone)]
pub struct Recorded(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    left: VecDeque<Expected>,
    received: Vec<Received>,
}

impl Recorded {
    /// The requests that are expected, in their order.
    pub fn new(expected: impl IntoIterator<Item = Expected>) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            left: expected.into_iter().collect(),
            received: Vec::new(),
        })))
    }

    /// No requests at all.
    pub fn nothing() -> Self {
        Self::new([])
    }

    /// What was received so far.
    pub fn received(&self) -> Vec<Received> {
        self.0.lock().received.clone()
    }

    /// Checks that every request that was expected came.
    ///
    /// # Panics
    ///
    /// When some did not: it names them.
    #[track_caller]
    pub fn finish(&self) {
        let inner = self.0.lock();
        let left = inner.left.iter();
        let left: Vec<_> = left
            .map(|one| format!("{} {}", one.method, one.url))
            .collect();
        assert!(
            left.is_empty(),
            "these requests were expected and did not come: {}",
            left.join(", ")
        );
    }

    fn take(&self, request: &HttpRequest) -> Answered {
        let mut inner = self.0.lock();
        let number = inner.received.len() + 1;
        let expected = inner.left.pop_front();
        inner.received.push(Received {
            method: request.method.clone(),
            url: request.url.clone(),
            body: request.body.clone(),
        });
        drop(inner);
        let Some(expected) = expected else {
            panic!(
                "request {number}, {} {}, was not expected",
                request.method, request.url
            );
        };
        if let Some(difference) = difference(&expected, request) {
            panic!("request {number} is not the one expected:\n{difference}");
        }
        expected.answer
    }
}

impl HttpSend for Recorded {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(async move {
            if let Some(host) = foreign(&request) {
                return Err(HttpError::Refused(host));
            }
            let mut again = request.retries;
            loop {
                let answer = self.take(&request);
                let busy = match &answer {
                    Answered::With(status, ..) => BUSY.contains(&status.as_u16()),
                    Answered::Not(error) => matches!(error, HttpError::Connect(_)),
                };
                if busy && again > 0 {
                    again -= 1;
                    continue;
                }
                return match answer {
                    Answered::With(status, headers, body) => Ok(HttpResponse {
                        status,
                        headers,
                        body: Body::new(stream::iter([Ok(body)])),
                    }),
                    Answered::Not(error) => Err(error),
                };
            }
        })
    }
}

/// The host of a request that may not go to it.
fn foreign(request: &HttpRequest) -> Option<String> {
    let hosts = request.hosts.as_ref()?;
    let uri: http::Uri = request.url.parse().ok()?;
    let host = uri.host()?;
    let usual = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    let port = uri.port_u16().unwrap_or(usual);
    (!hosts.names(host, port)).then(|| host.to_owned())
}
