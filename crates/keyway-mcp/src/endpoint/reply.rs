//! The HTTP answers the endpoint gives.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use keyway_core::Scopes;
use keyway_core::rpc::RpcError;

use super::Body;
use crate::wire::{Id, Refusal, write_error};

pub(super) type Reply = Response<Body>;

/// The scopes a token has to have instead: in the extensions of a reply that was refused for want of
/// them.
#[derive(Debug, Clone)]
pub struct NeededScopes(pub Scopes);

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A JSON-RPC message.
pub(super) fn json(status: StatusCode, message: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Body::whole(message));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

/// A JSON-RPC error.
pub(super) fn error(status: StatusCode, id: Option<&Id>, error: &RpcError) -> Reply {
    refusing(json(status, write_error(id, error)), error)
}

/// The reply for an error: 403 where it was scopes that were missing (MCP 2026-07-28,
/// "Insufficient scope"). Whoever serves the reply finds [`NeededScopes`] in its extensions and
/// writes the challenge.
pub(super) fn refusing(mut reply: Reply, error: &RpcError) -> Reply {
    if let Some(scopes) = &error.scope {
        *reply.status_mut() = StatusCode::FORBIDDEN;
        let needed = NeededScopes(Scopes::clone(scopes));
        reply.extensions_mut().insert(needed);
    }
    reply
}

/// A text that is no message.
pub(super) fn refused(refusal: &Refusal) -> Reply {
    error(
        StatusCode::BAD_REQUEST,
        refusal.id.as_ref(),
        &refusal.error(),
    )
}

/// A request that cannot be served as it came.
pub(super) fn bad_request(id: Option<&Id>, message: &str) -> Reply {
    error(
        StatusCode::BAD_REQUEST,
        id,
        &RpcError::new(RpcError::INVALID_REQUEST, message),
    )
}

/// A notification or response that was taken.
pub(super) fn accepted() -> Reply {
    empty(StatusCode::ACCEPTED)
}

/// No body.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::default());
    *reply.status_mut() = status;
    reply
}

/// A method the endpoint has no use for.
pub(super) fn method_not_allowed(allowed: &'static str) -> Reply {
    let mut reply = error(
        StatusCode::METHOD_NOT_ALLOWED,
        None,
        &RpcError::new(RpcError::INVALID_REQUEST, "this HTTP method is not served"),
    );
    reply
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

/// An event stream.
pub(super) fn stream(body: Body) -> Reply {
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    reply
}
