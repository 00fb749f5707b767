use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::json;

/// What Slack does instead of answering a method as it should.
#[derive(Debug, Clone)]
pub enum Misbehaviour {
    /// 429, and for how many seconds to stay away.
    Busy {
        /// The seconds.
        retry_after: u64,
    },
    /// Fails with a page that repeats what it was sent.
    Fails,
    /// Answers 200 with something that is no JSON.
    NoJson,
    /// Answers with `ok: true` and nothing else.
    Empty,
    /// Refuses with an error of this code.
    Refuses(String),
    /// Does what it was told, and breaks off before it says so.
    AnswerLost,
    /// Answers only after this time, and does nothing before.
    Slow(Duration),
    /// Does what it was told, and answers only after this time.
    AnswerLate(Duration),
}

impl Misbehaviour {
    /// The answer in place of the right one; nothing where the right one is to follow.
    pub(super) async fn before(&self, sent: &str) -> Option<Response> {
        Some(match self {
            Self::Busy { retry_after } => {
                let mut busy = page(StatusCode::TOO_MANY_REQUESTS, String::new());
                let value = HeaderValue::from(*retry_after);
                busy.headers_mut().insert(header::RETRY_AFTER, value);
                busy
            }
            Self::Fails => page(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("<h1>{sent}</h1>"),
            ),
            Self::NoJson => page(StatusCode::OK, format!("<p>{sent}</p>")),
            Self::Empty => axum::Json(json!({ "ok": true })).into_response(),
            Self::Refuses(code) => {
                axum::Json(json!({ "ok": false, "error": code })).into_response()
            }
            Self::AnswerLost | Self::AnswerLate(_) => return None,
            Self::Slow(after) => {
                tokio::time::sleep(*after).await;
                return None;
            }
        })
    }

    /// The answer where what was told is done already.
    pub(super) async fn after(&self, answer: Response) -> Response {
        match self {
            Self::AnswerLate(after) => {
                tokio::time::sleep(*after).await;
                answer
            }
            Self::AnswerLost => {
                let broken = std::io::Error::other("broken off");
                let parts = [Ok(&b"{\"ok\":"[..]), Err(broken)];
                Response::new(Body::from_stream(stream::iter(parts)))
            }
            _ => answer,
        }
    }
}

fn page(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
