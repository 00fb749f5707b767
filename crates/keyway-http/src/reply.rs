use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::Full;
use keyway_mcp::endpoint;

use crate::server::InFlight;

/// A response body, whatever part of the house made it. The MCP endpoint's is not boxed.
pub(crate) struct Body {
    kind: Kind,
    /// Keeps the request in flight until its body is written or dropped.
    in_flight: Option<InFlight>,
}

enum Kind {
    Full(Full<Bytes>),
    Mcp(endpoint::Body),
    Routed(axum::body::Body),
}

impl Body {
    pub(crate) fn full(bytes: Bytes) -> Self {
        Self::of(Kind::Full(Full::new(bytes)))
    }

    pub(crate) fn mcp(body: endpoint::Body) -> Self {
        Self::of(Kind::Mcp(body))
    }

    pub(crate) fn routed(body: axum::body::Body) -> Self {
        Self::of(Kind::Routed(body))
    }

    /// Ties the request it answers to this body.
    pub(crate) fn hold(&mut self, in_flight: InFlight) {
        self.in_flight = Some(in_flight);
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            in_flight: None,
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.kind {
            Kind::Full(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Kind::Mcp(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Kind::Routed(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(body) => body.is_end_stream(),
            Kind::Mcp(body) => body.is_end_stream(),
            Kind::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(body) => body.size_hint(),
            Kind::Mcp(body) => body.size_hint(),
            Kind::Routed(body) => body.size_hint(),
        }
    }
}
