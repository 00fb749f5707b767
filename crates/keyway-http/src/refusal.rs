use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use keyway_app::limits::Exceeded;
use keyway_core::rpc::RpcError;
use keyway_core::{Error, Kind, RequestId};
use keyway_pages::{ErrorPage, Pages};
use serde_json::{Map, Value, json};

use crate::rate_limit;
use crate::reply::Body;

/// A request that is not answered with what it asked for, and why. It becomes a response in one
/// place, [`Refusal::render`], whatever part of the house refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: Arc<Error>,
    headers: HeaderMap,
    unread: bool,
}

/// How a refusal is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape<'a> {
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// A JSON-RPC 2.0 error.
    JsonRpc,
    /// An error of OAuth (RFC 6749 section 5.2).
    OAuth,
    /// A page for people.
    Page(&'a Pages),
}

impl Refusal {
    /// A refusal whose status no [`Kind`] has.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            ..Error::new(Kind::Malformed, code, message).into()
        }
    }

    /// Like [`Refusal::new`], with what the reader can do about it.
    pub(crate) fn hinting(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        let error = Error::new(Kind::Malformed, code, message).with_hint(hint);
        Self {
            status,
            ..error.into()
        }
    }

    /// The request's body was left unread.
    pub(crate) fn unread(mut self) -> Self {
        self.unread = true;
        self
    }

    /// A refusal of someone who asks too often.
    pub(crate) fn too_often(exceeded: Exceeded) -> Self {
        let mut refusal = Self::from(Error::from(exceeded));
        rate_limit::stamp(&mut refusal.headers, &exceeded.standing);
        refusal
    }

    /// Names the methods that would do.
    pub(crate) fn allowing(mut self, methods: HeaderValue) -> Self {
        self.headers.insert(ALLOW, methods);
        self
    }

    /// Says what kind of token would do.
    pub(crate) fn challenging(mut self, challenge: HeaderValue) -> Self {
        self.headers.insert(WWW_AUTHENTICATE, challenge);
        self
    }

    /// What went wrong.
    pub(crate) fn error(&self) -> &Error {
        &self.error
    }

    /// The status it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// True when the request's body was left unread.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread
    }

    /// Writes the response, and the one log line about it.
    pub(crate) fn render(self, shape: Shape<'_>, request: &RequestId) -> http::Response<Body> {
        self.log(request);
        let (media_type, body) = match shape {
            Shape::Problem => (
                "application/problem+json",
                self.problem(request).to_string(),
            ),
            Shape::JsonRpc => ("application/json", self.json_rpc(request).to_string()),
            Shape::OAuth => ("application/json", self.oauth().to_string()),
            Shape::Page(pages) => ("text/html; charset=utf-8", self.page(pages, request)),
        };
        let mut response = http::Response::new(Body::full(Bytes::from(body)));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if matches!(shape, Shape::Page(_)) {
            // A challenge for programs; a person signs in.
            response.headers_mut().remove(WWW_AUTHENTICATE);
        }
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    }

    /// The body of an answer (RFC 9457).
    pub(crate) fn problem(&self, request: &RequestId) -> Value {
        let mut body = Map::new();
        body.insert("type".into(), "about:blank".into());
        body.insert("title".into(), title(self.status).into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.error.message().into());
        if let Value::Object(members) = self.error.to_json() {
            body.extend(members.into_iter().filter(|(name, _)| name != "message"));
        }
        body.insert("requestId".into(), request.as_str().into());
        Value::Object(body)
    }

    fn oauth(&self) -> Value {
        let code = match self.status.as_u16() {
            401 => "invalid_client",
            403 => "access_denied",
            429 | 503 => "temporarily_unavailable",
            500.. => "server_error",
            _ => "invalid_request",
        };
        json!({ "error": code, "error_description": self.error.message() })
    }

    fn page(&self, pages: &Pages, request: &RequestId) -> String {
        let page = ErrorPage::new(
            self.status.as_u16(),
            title(self.status),
            self.error.message(),
        )
        .hint(self.error.hint())
        .request(request.as_str());
        pages.render(&page).unwrap_or_else(|error| {
            tracing::error!(%request, source = std::error::Error::source(&error), "error.html cannot be rendered");
            title(self.status).to_owned()
        })
    }

    fn json_rpc(&self, request: &RequestId) -> Value {
        let mut data = self.error.to_json();
        if let Value::Object(data) = &mut data {
            data.remove("message");
            data.insert("requestId".into(), request.as_str().into());
        }
        let code = match self.error.kind() {
            Kind::Internal | Kind::Unavailable => RpcError::INTERNAL_ERROR,
            _ => RpcError::INVALID_REQUEST,
        };
        let error = json!({ "code": code, "message": self.error.message(), "data": data });
        json!({ "jsonrpc": "2.0", "id": null, "error": error })
    }

    /// Writes the one log line about it.
    pub(crate) fn log(&self, request: &RequestId) {
        let (status, code) = (self.status.as_u16(), self.error.code());
        let source = std::error::Error::source(&*self.error);
        if self.status.is_server_error() {
            tracing::warn!(%request, status, code, source, "a request failed");
        } else {
            tracing::debug!(%request, status, code, source, "a request was refused");
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let mut headers = HeaderMap::new();
        if error.kind() == Kind::Unauthenticated {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Bearer realm="keyway""#),
            );
        }
        if let Some(wait) = error.retry_after() {
            headers.insert(RETRY_AFTER, whole_seconds(wait).into());
        }
        let status = StatusCode::from_u16(error.kind().status());
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            error: Arc::new(error),
            headers,
            unread: false,
        }
    }
}

/// Travels through the router unwritten: [`Front`](crate::front::Front) writes it, because only
/// there the request's id is known.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        499 => "Client Closed Request",
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

/// Rounded up: a client that comes back a little early would be refused again.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
