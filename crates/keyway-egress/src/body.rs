//! A response body that cannot grow past its limit.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::Body as _;
use keyway_core::ports::{Body, HttpError};

use crate::error;

/// Bounds the body of an answer. `declared` and `limit` are in bytes.
pub(crate) fn bounded(
    chunks: impl Stream<Item = Result<Bytes, HttpError>> + Send + Unpin + 'static,
    declared: Option<u64>,
    limit: Option<u64>,
) -> Result<Body, HttpError> {
    let Some(limit) = limit else {
        return Ok(Body::new(chunks));
    };
    if declared.is_some_and(|declared| declared > limit) {
        return Err(HttpError::TooLarge);
    }
    Ok(Body::new(Bounded {
        chunks: Some(chunks),
        left: limit,
    }))
}

struct Bounded<S> {
    chunks: Option<S>,
    left: u64,
}

impl<S: Stream<Item = Result<Bytes, HttpError>> + Unpin> Stream for Bounded<S> {
    type Item = Result<Bytes, HttpError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(chunks) = &mut self.chunks else {
            return Poll::Ready(None);
        };
        let next = std::task::ready!(Pin::new(chunks).poll_next(cx));
        let Some(Ok(chunk)) = &next else {
            self.chunks = None;
            return Poll::Ready(next);
        };
        if let Some(left) = self.left.checked_sub(chunk.len() as u64) {
            self.left = left;
            return Poll::Ready(next);
        }
        self.chunks = None;
        Poll::Ready(Some(Err(HttpError::TooLarge)))
    }
}

/// The chunks of a body that came over an encrypted connection.
pub(crate) struct Chunks(pub(crate) reqwest::Body);

impl Stream for Chunks {
    type Item = Result<Bytes, HttpError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::task::ready!(Pin::new(&mut self.0).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(broken)) => {
                    return Poll::Ready(Some(Err(error::of_tls_body(&broken))));
                }
                Some(Ok(frame)) => {
                    // Trailers are not part of what callers read.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
            }
        }
    }
}
