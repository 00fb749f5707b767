use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::answer::Answer;

/// What GitHub does instead of answering as it should.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// Refuses with this status, these headers and this message.
    Refuses {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(&'static str, String)>,
        /// The message.
        message: String,
    },
    /// Does what it is asked for, and breaks off before it says so.
    DropsAnswer,
    /// Answers with a page in place of JSON.
    NoJson,
    /// Answers only after this time.
    Slow {
        /// The time.
        after: Duration,
    },
}

impl Misbehaviour {
    /// One that refuses without a word.
    pub fn status(status: u16) -> Self {
        Self::Refuses {
            status,
            headers: Vec::new(),
            message: "It broke on s3cret".to_owned(),
        }
    }

    /// The secondary limit ("Rate limits for the REST API").
    pub fn secondary_limit(retry_after: u64) -> Self {
        Self::Refuses {
            status: 403,
            headers: vec![("retry-after", retry_after.to_string())],
            message: "You have exceeded a secondary rate limit.".to_owned(),
        }
    }

    /// The primary limit, until a moment in seconds since 1970.
    pub fn primary_limit(reset: i64) -> Self {
        Self::Refuses {
            status: 403,
            headers: vec![
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset", reset.to_string()),
            ],
            message: "API rate limit exceeded for installation".to_owned(),
        }
    }
}

/// A refusal as it was asked for.
pub(super) fn refuse(status: u16, headers: Vec<(&'static str, String)>, message: &str) -> Response {
    let mut response = Answer::refuse(status, message).into_response();
    for (name, value) in headers {
        let value = HeaderValue::try_from(value).expect("a header value");
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    response
}

/// A connection that ends in the middle of an answer.
pub(super) fn broken() -> Response {
    let error = std::io::Error::other("dropped");
    let stream = futures_util::stream::once(async { Err::<Vec<u8>, _>(error) });
    Response::new(Body::from_stream(stream))
}

/// A page.
pub(super) fn page() -> Response {
    let mut response = Response::new(Body::from("<h1>Unicorn!</h1>"));
    *response.status_mut() = StatusCode::OK;
    response
}
