use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// What Linear does instead of answering as it should.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// Says 400 and `RATELIMITED`, and when there are requests again, in milliseconds since 1970.
    Limited {
        /// When.
        reset: i64,
    },
    /// Says 429 and for how many seconds to stay away.
    Busy {
        /// The seconds.
        retry_after: u64,
    },
    /// Fails with a page that repeats the token it was given.
    Fails,
    /// Answers 200 with something that is no JSON, and repeats the token in it.
    NoJson,
    /// Does what it is asked, and breaks the answer off.
    DropsAnswer,
    /// Does what it is asked, and answers only after this time.
    Slow {
        /// The time.
        after: Duration,
    },
    /// Says that the token is worth nothing, though it is.
    Forgets,
}

impl Misbehaviour {
    /// The answer; nothing where the right one is to follow.
    pub(super) fn answer(&self, authorization: &str) -> Option<Response> {
        let header = |mut response: Response, name: &'static str, value: String| {
            let value = HeaderValue::try_from(value).expect("a header value");
            response.headers_mut().insert(name, value);
            response
        };
        let refused = |status: StatusCode, code: &str, kind: &str| {
            let error = json!({ "message": code, "extensions": { "code": code, "type": kind } });
            (status, axum::Json(json!({ "errors": [error] }))).into_response()
        };
        Some(match self {
            Self::Limited { reset } => {
                let limited = refused(StatusCode::BAD_REQUEST, "RATELIMITED", "ratelimited");
                let limited = header(limited, "x-ratelimit-requests-limit", "5000".into());
                let limited = header(limited, "x-ratelimit-requests-remaining", "0".into());
                let limited = header(limited, "x-ratelimit-requests-reset", reset.to_string());
                let limited = header(limited, "x-ratelimit-complexity-remaining", "7".into());
                header(
                    limited,
                    "x-ratelimit-complexity-reset",
                    (reset + 9).to_string(),
                )
            }
            Self::Busy { retry_after } => {
                let busy = StatusCode::TOO_MANY_REQUESTS.into_response();
                header(busy, "retry-after", retry_after.to_string())
            }
            Self::Fails => {
                let page = format!("<h1>it broke on {authorization}</h1>");
                (StatusCode::BAD_GATEWAY, page).into_response()
            }
            Self::NoJson => format!("<p>hello {authorization}</p>").into_response(),
            Self::Forgets => {
                let kind = "authentication error";
                refused(StatusCode::UNAUTHORIZED, "AUTHENTICATION_ERROR", kind)
            }
            Self::DropsAnswer | Self::Slow { .. } => return None,
        })
    }

    /// What becomes of the right answer.
    pub(super) async fn spoil(self, answer: Response) -> Response {
        match self {
            Self::DropsAnswer => {
                let broken = std::io::Error::other("gone");
                let parts = [Ok(Bytes::from_static(b"{")), Err(broken)];
                Response::new(Body::from_stream(futures_util::stream::iter(parts)))
            }
            Self::Slow { after } => {
                tokio::time::sleep(after).await;
                answer
            }
            _ => answer,
        }
    }
}
