//! A response body that cannot grow past its limit.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::Body as _;
use keyway_core::ports::{Body, HttpError};

use crate::error;

/// Wraps the body of an answer. `limit` is in bytes.
pub(crate) fn bounded(body: reqwest::Body, limit: Option<u64>) -> Body {
    Body::new(Bounded {
        body: Some(body),
        left: limit,
    })
}

struct Bounded {
    body: Option<reqwest::Body>,
    left: Option<u64>,
}

impl Bounded {
    fn take(&mut self, chunk: &Bytes) -> Result<(), HttpError> {
        let Some(left) = &mut self.left else {
            return Ok(());
        };
        *left = left
            .checked_sub(chunk.len() as u64)
            .ok_or(HttpError::TooLarge)?;
        Ok(())
    }
}

impl Stream for Bounded {
    type Item = Result<Bytes, HttpError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let frame = match std::task::ready!(Pin::new(body).poll_frame(cx)) {
                None => {
                    self.body = None;
                    return Poll::Ready(None);
                }
                Some(Err(error)) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(error::of_body(&error))));
                }
                Some(Ok(frame)) => frame,
            };
            // Trailers are not part of what callers read.
            let Ok(chunk) = frame.into_data() else {
                continue;
            };
            if let Err(error) = self.take(&chunk) {
                self.body = None;
                return Poll::Ready(Some(Err(error)));
            }
            return Poll::Ready(Some(Ok(chunk)));
        }
    }
}
