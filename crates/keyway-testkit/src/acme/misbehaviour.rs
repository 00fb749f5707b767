use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// What Acme does instead of answering as it should.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// Says that it is asked too often, and for how many seconds to stay away.
    Busy {
        /// The seconds.
        retry_after: u64,
    },
    /// Fails with a page that repeats the key it was given.
    Fails,
    /// Answers 200 with something that is no JSON, and repeats the key in it.
    NoJson,
    /// Answers 204 with nothing.
    NoContent,
    /// Answers so many bytes.
    Large {
        /// The bytes.
        bytes: usize,
    },
    /// Sends the request to another place.
    Redirects {
        /// The place.
        to: String,
    },
    /// Answers only after this time.
    Slow {
        /// The time.
        after: Duration,
    },
}

impl Misbehaviour {
    /// The answer; nothing where the right one is to follow.
    pub(super) async fn answer(self, authorization: &str) -> Option<Response> {
        let page = |status: StatusCode, text: String| {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = status;
            response
        };
        let with = |mut response: Response, name, value: String| {
            let value = HeaderValue::try_from(value).expect("a header value");
            response.headers_mut().insert(name, value);
            response
        };
        Some(match self {
            Self::Busy { retry_after } => {
                let busy = page(StatusCode::TOO_MANY_REQUESTS, String::new());
                with(busy, header::RETRY_AFTER, retry_after.to_string())
            }
            Self::Fails => page(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("<h1>it broke on {authorization}</h1>"),
            ),
            Self::NoJson => page(StatusCode::OK, format!("<p>hello {authorization}</p>")),
            Self::NoContent => page(StatusCode::NO_CONTENT, String::new()),
            Self::Large { bytes } => page(StatusCode::OK, "x".repeat(bytes)),
            Self::Redirects { to } => {
                with(page(StatusCode::FOUND, String::new()), header::LOCATION, to)
            }
            Self::Slow { after } => {
                tokio::time::sleep(after).await;
                return None;
            }
        })
    }
}
